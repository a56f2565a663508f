import { useState } from 'preact/hooks';
import { accessText as text } from '../../text/parts/access.ts';
import { visible } from '../name.tsx';
import { layoutReach, mostNodes, nodeSize, type ReachEntry, type ReachLink, type ReachNode } from './reach-layout.ts';

const lettersOfLabel = 29;
const lettersOfDetail = 35;

/** Which machines have which identities, and which roles those have. A table with the same must follow. */
export function ReachPicture({
  entries,
  links,
}: {
  readonly entries: readonly ReachEntry[];
  readonly links: readonly ReachLink[];
}) {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const layout = layoutReach(entries, links, opened);
  const closed = layout ?? layoutReach(entries, links, new Set());
  if (closed === null) return <p class="hint">{text.tooMany}</p>;
  if (closed.nodes.length < 2) return null;
  const countOf = (column: ReachEntry['column']) =>
    entries.filter((entry) => entry.column === column).reduce((sum, entry) => sum + entry.count, 0);
  const label = text.pictureLabel(countOf('machines'), countOf('identities'), countOf('roles'));
  return (
    <figure class="reach">
      <div class="picture-scroll">
        {/* biome-ignore lint/a11y/useSemanticElements: an SVG holds no fieldset */}
        <svg
          viewBox={`-1 -1 ${closed.width + 2} ${closed.height + 2}`}
          style={{ inlineSize: `${closed.width + 2}px`, blockSize: `${closed.height + 2}px` }}
          role="group"
          aria-label={label}
        >
          {closed.paths.map(({ key, path, privilege }) => (
            <path key={key} d={path} class={`reach-link ${privilege ?? 'low'}`} />
          ))}
          {closed.nodes.map((node) => (
            <Node
              key={node.id}
              node={node}
              open={
                closed.nodes.length + node.count > mostNodes
                  ? null
                  : () => setOpened(new Set([...opened, node.group ?? '']))
              }
            />
          ))}
        </svg>
      </div>
      {opened.size > 0 && (
        <button type="button" onClick={() => setOpened(new Set())}>
          {text.close}
        </button>
      )}
    </figure>
  );
}

/** A link to what it shows. A group opens in place; one that is too big for the picture is a link to its list. */
function Node({ node, open }: { readonly node: ReachNode; readonly open: (() => void) | null }) {
  const privilege = node.column === 'roles' ? (node.privilege ?? 'low') : null;
  const whole = [
    node.label,
    node.detail,
    privilege === null ? '' : `${text.privilege.toLowerCase()}: ${text.privileges[privilege]}`,
  ]
    .filter((part) => part !== '')
    .map(visible)
    .join(', ');
  const content = (
    <>
      <rect width={nodeSize.width} height={nodeSize.height} rx={6} class="reach-box" />
      {privilege !== null && <path d={`M0.5 6 v${nodeSize.height - 12}`} class={`reach-edge ${privilege}`} />}
      <text x={12} y={node.detail === '' ? 25 : 17} class="reach-label">
        {shortened(node.label, privilege === null ? lettersOfLabel : lettersOfLabel - 7)}
      </text>
      {node.detail !== '' && (
        <text x={12} y={32} class="reach-detail">
          {shortened(node.detail, lettersOfDetail)}
        </text>
      )}
      {privilege !== null && privilege !== 'low' && (
        <text x={nodeSize.width - 10} y={17} text-anchor="end" class={`reach-privilege ${privilege}`}>
          {text.privileges[privilege]}
        </text>
      )}
    </>
  );
  const opens = node.group !== null && open !== null;
  const key = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    open?.();
  };
  return (
    <g transform={`translate(${node.x} ${node.y})`} class={`reach-node ${node.column} ${opens ? 'group' : ''}`}>
      <title>{opens ? `${whole}: ${text.open}` : whole}</title>
      {opens ? (
        // biome-ignore lint/a11y/useSemanticElements: an SVG holds no button, and its attributes keep their letter case
        <g role="button" tabindex={0} onClick={open} onKeyDown={key}>
          {content}
        </g>
      ) : (
        <a href={node.href}>{content}</a>
      )}
    </g>
  );
}

/** Whole characters of a text that fits; the title has all of it. */
function shortened(text: string, letters: number): string {
  const all = [...new Intl.Segmenter().segment(visible(text))].map(({ segment }) => segment);
  return all.length <= letters ? all.join('') : `${all.slice(0, letters - 1).join('')}…`;
}
