/**
 * The colours and fonts of the page: web/styles/tokens.css, which a report cannot import. A test compares the two.
 */
export const pageTokens = `color-scheme: light dark;
--page: light-dark(#f7f8fa, #14171c);
--surface: light-dark(#ffffff, #1c2027);
--raised: light-dark(#ffffff, #262b34);
--text: light-dark(#1b1f24, #e8eaed);
--faint: light-dark(#57606a, #a3adb8);
--line: light-dark(#d5dae0, #363d48);
--control: light-dark(#7d8793, #7f8a97);
--accent: light-dark(#0b5cad, #7ab7ff);
--accent-soft: light-dark(#e4effb, #1d3350);
--on-accent: light-dark(#ffffff, #0d1a29);
--good: light-dark(#1a7340, #66c98a);
--warn: light-dark(#8a5300, #f0b355);
--warn-soft: light-dark(#fff4dc, #3a2c10);
--bad: light-dark(#b3261e, #ff8f87);
--bad-soft: light-dark(#fdeceb, #41191a);
--high: light-dark(#b3261e, #ff8f87);
--medium: light-dark(#8a5300, #f0b355);
--low: light-dark(#57606a, #a3adb8);
--space: 0.5rem;
--radius: 6px;
--row-padding: 0.45rem;
--font: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
--mono: ui-monospace, "Cascadia Mono", "SF Mono", Menlo, Consolas, monospace;`;
