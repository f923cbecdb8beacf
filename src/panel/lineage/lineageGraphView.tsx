/** The graph as SVG: one tab stop, arrow keys between nodes, Enter opens what a node leads to. */
import * as React from 'react';
import { CommandIDs } from '../../tokens';
import { run, useEnvironment } from '../environment';
import { NODE, nodeAfter, type GraphNode, type LineageGraph } from './lineageGraph';

/** More characters than this do not fit into a node. */
const LONGEST_NAME = 20;
/** By characters: half of one is no text that can be written to a file. */
const cut = (text: string, most: number): string => {
  const all = [...text];
  return all.length > most ? `${all.slice(0, most - 1).join('')}…` : text;
};

export interface LineageGraphViewProps {
  readonly graph: LineageGraph;
  readonly label: string;
}

/** The graph. */
export const LineageGraphView = React.forwardRef<SVGSVGElement, LineageGraphViewProps>(function LineageGraphView(
  { graph, label },
  ref
): JSX.Element {
  const environment = useEnvironment();
  const { nodes, edges, width, height } = graph;
  const [moved, setMoved] = React.useState<string | null>(null);
  const active = nodes.find(({ id }) => id === moved) ?? nodes.find(({ isHere }) => isHere) ?? nodes[0];
  const elements = React.useRef(new Map<string, SVGGElement>());
  const open = (node: GraphNode) => {
    if (node.leads === null) {
      return;
    }
    if ('page' in node.leads) {
      window.open(node.leads.page, '_blank', 'noopener');
    } else {
      run(environment, CommandIDs.showSnapshot, node.leads);
    }
  };
  const onKeyDown = (event: React.KeyboardEvent, node: GraphNode) => {
    const to = nodeAfter(nodes, node, event.key);
    if (to !== null) {
      setMoved(to.id);
      elements.current.get(to.id)?.focus();
    } else if (event.key === 'Enter' || event.key === ' ') {
      open(node);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <svg ref={ref} width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="group" aria-label={label}>
      {edges.map(({ from, to, isUnsure }) => {
        const [x, y] = [from.x + NODE.width, from.y + NODE.height / 2];
        const [tx, ty] = [to.x, to.y + NODE.height / 2];
        const bend = (x + tx) / 2;
        return (
          <g key={`${from.id} ${to.id}`} className={`dm-gedge${isUnsure ? ' is-unsure' : ''}`} fill="none">
            <path d={`M${x} ${y}C${bend} ${y} ${bend} ${ty} ${tx - 2} ${ty}`} />
            <path d={`M${tx - 7} ${ty - 4}L${tx - 2} ${ty}L${tx - 7} ${ty + 4}`} />
          </g>
        );
      })}
      {nodes.map(node => (
        <g
          key={node.id}
          ref={element => {
            if (element === null) {
              elements.current.delete(node.id);
            } else {
              elements.current.set(node.id, element);
            }
          }}
          className={`dm-gnode${node.isHere ? ' is-here' : ''}${node.isBad ? ' is-bad' : ''}`}
          transform={`translate(${node.x} ${node.y})`}
          tabIndex={node === active ? 0 : -1}
          role={node.leads === null ? 'img' : 'page' in node.leads ? 'link' : 'button'}
          aria-label={`${node.word}: ${node.name}`}
          onKeyDown={event => onKeyDown(event, node)}
          onFocus={() => setMoved(node.id)}
          onClick={() => open(node)}
        >
          <title>{`${node.word}: ${node.name}`}</title>
          <rect width={NODE.width} height={NODE.height} rx={3} />
          {/* A drawing in the drawing ends at its edge, however wide the letters are. */}
          <svg x={10} width={NODE.width - 14} height={NODE.height}>
            <text y={17} fontSize={11}>
              {cut(node.word, LONGEST_NAME + 3)}
            </text>
            <text y={34} fontSize={13} fontWeight={600}>
              {cut(node.name, LONGEST_NAME - 2)}
            </text>
          </svg>
        </g>
      ))}
    </svg>
  );
});
