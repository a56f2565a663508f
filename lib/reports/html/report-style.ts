/** The style sheet of the report's page. A policy that names its hash lets this one in, and nothing else. */
export const reportStyle = `:root{color-scheme:light dark;--line:#8884;--bar:#2266cc;--bad:#b3261e}
body{font:14px/1.5 system-ui,sans-serif;margin:0 auto;max-width:1400px;padding:16px 24px}
h1{font-size:24px;margin:8px 0}h2{font-size:18px;margin:28px 0 8px}h3{font-size:15px;margin:20px 0 4px}
.bad{color:var(--bad);font-weight:600}
.charts{display:flex;flex-wrap:wrap;gap:24px}
figure{flex:1 1 420px;max-width:520px;margin:0}figcaption{font-weight:600}
svg{width:100%;font-size:12px;fill:currentColor}rect{fill:var(--bar)}.label{text-anchor:end}
.wide{overflow-x:auto}
table{border-collapse:collapse}th,td{border-bottom:1px solid var(--line);padding:3px 10px 3px 0;text-align:left;vertical-align:top}
td{overflow-wrap:anywhere;min-width:110px;max-width:420px}th{white-space:nowrap}
@media(prefers-color-scheme:dark){:root{--bar:#7aa7ff;--bad:#ff8a80}}
@media print{.wide{overflow:visible}body{max-width:none}}`;
