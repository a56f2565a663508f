/** The style sheet of the report's page. A policy with its hash allows only this style sheet. */
export const reportStyle = `:root{color-scheme:light dark;--line:#8884;--bar:#2266cc;--bad:#b3261e;--link:#0b57d0}
body{font:14px/1.5 system-ui,sans-serif;margin:0 auto;max-width:1800px;padding:16px 24px}
h1{font-size:24px;margin:8px 0}h2{font-size:18px;margin:28px 0 8px}h3{font-size:15px;margin:20px 0 4px}
a{color:var(--link)}
.box{border:1px solid var(--line);border-left:6px solid var(--line);border-radius:4px;padding:8px 14px;margin:12px 0 20px;max-width:1000px}
.box.bad{border-color:var(--bad)}.bad strong{color:var(--bad)}
.charts{display:flex;flex-wrap:wrap;gap:24px}
figure{flex:1 1 320px;max-width:520px;margin:0}figcaption{font-weight:600}
svg{width:100%;font-size:12px;fill:currentColor}rect{fill:var(--bar)}.label{text-anchor:end}
dl{display:flex;flex-wrap:wrap;gap:8px 28px;margin:8px 0}dt{opacity:.75;font-size:12px}dd{margin:0;font-weight:600;overflow-wrap:anywhere}
.wide{overflow-x:auto}.tall{max-height:90vh;overflow:auto}
table{border-collapse:collapse}th,td{border-bottom:1px solid var(--line);padding:4px 16px 4px 0;text-align:left;vertical-align:top;white-space:nowrap}
th{position:sticky;top:0;background:Canvas}
.long{white-space:normal;overflow-wrap:anywhere;min-width:320px;max-width:560px}
@media(prefers-color-scheme:dark){:root{--bar:#7aa7ff;--bad:#ff8a80;--link:#a8c7fa}}
@media print{.wide,.tall{overflow:visible;max-height:none}body{max-width:none}th{position:static}td,.long{white-space:normal;min-width:0;overflow-wrap:anywhere}}`;
