import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';

/** Draws docs/start.svg, the picture in README.md, from a real `npm start -- --once`. Requires a build. */
const command = 'npm start -- --once';
const { status, stdout } = spawnSync(process.execPath, ['local/start.ts', '--once', '--port', '0'], {
  encoding: 'utf8',
});
if (status !== 0) throw new Error(`${command} exited with code ${status}`);

const lines = [`$ ${command}`, '', ...stdout.trimEnd().split('\n')];
const [columnWidth, lineHeight, margin, titleBar] = [7.83, 19, 18, 34];
const width = Math.ceil(Math.max(...lines.map((line) => line.length)) * columnWidth + 2 * margin);
const height = titleBar + lines.length * lineHeight + margin;

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Headings start at the left margin; table rules are quiet. */
function classOf(line: string): string {
  if (/^ *-[- ]+$/.test(line)) return 'quiet';
  return /^\S/.test(line) ? 'heading' : 'plain';
}

const texts = lines.map((line, index) => {
  const y = titleBar + (index + 0.7) * lineHeight;
  // Gives each line the width that it has in a terminal, whatever the font.
  const length = line === '' ? '' : ` textLength="${(line.length * columnWidth).toFixed(1)}"`;
  return `<text class="${classOf(line)}" x="${margin}" y="${y.toFixed(1)}"${length} xml:space="preserve">${escaped(line)}</text>`;
});
const dots = ['#ff5f57', '#febc2e', '#28c840'].map(
  (colour, index) => `<circle cx="${margin + 4 + index * 20}" cy="17" r="6" fill="${colour}"/>`,
);
await writeFile(
  'docs/start.svg',
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Output of ${command}">
<style>text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#c9d1d9}.heading{fill:#7ee787}.quiet{fill:#6e7681}</style>
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
${[...dots, ...texts].join('\n')}
</svg>
`,
);
