import { pageTokens } from './page-tokens.ts';

/** The style sheet of a report, with the colours of the page. A policy with its hash allows only this style sheet. */
export const reportStyle = `:root{${pageTokens}}
body{background:var(--page);color:var(--text);font:14px/1.5 var(--font);margin:0 auto;max-width:1800px;padding:16px 24px}
h1{font-size:24px;margin:8px 0}h2{font-size:18px;margin:28px 0 8px}h3{font-size:15px;margin:20px 0 4px}
a{color:var(--accent)}
.verdict{color:var(--faint);margin:12px 0 20px;max-width:1000px}
.verdict.incomplete{background:var(--warn-soft);border:1px solid var(--warn);border-radius:var(--radius);color:var(--text);padding:8px 16px}
.charts{display:flex;flex-wrap:wrap;gap:24px}
figure{flex:1 1 320px;max-width:520px;margin:0}figcaption{font-weight:600}
svg{width:100%;font-size:12px;fill:currentColor}rect{fill:var(--accent)}.label{text-anchor:end}
dl{display:flex;flex-wrap:wrap;gap:8px 28px;margin:8px 0}dt{color:var(--faint);font-size:12px}dd{margin:0;font-weight:600;overflow-wrap:anywhere}
.wide{overflow-x:auto}.tall{max-height:90vh;overflow:auto}
table{background:var(--surface);border-collapse:collapse}th,td{border-bottom:1px solid var(--line);padding:4px 10px;text-align:left;vertical-align:top;white-space:nowrap}
th{position:sticky;top:0;background:var(--surface)}
.id{font-family:var(--mono);font-size:12px}
.long{white-space:normal;overflow-wrap:anywhere;min-width:320px;max-width:560px}
@media print{.wide,.tall{overflow:visible;max-height:none}body{max-width:none}th{position:static}td,.long{white-space:normal;min-width:0;overflow-wrap:anywhere}}`;
