import { type PointerEvent, useLayoutEffect, useRef, useState } from 'react';
import { linePath, spread, ticks } from './ticks';
import './chart.css';

export interface LineSeries {
  name: string;
  values: number[];
  /** The value at the end, as one reads it. */
  endLabel: string;
  dashed?: boolean;
}

interface Props {
  /** A sentence for those who do not see the picture; the table behind the key holds the numbers. */
  description: string;
  xValues: number[];
  xLabel: string;
  series: [LineSeries, LineSeries];
  formatX: (x: number) => string;
  formatY: (y: number) => string;
  height?: number;
}

const NARROW = 520;
const LABEL_GAP = 18;

function useWidth() {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width] as const;
}

/** How a few series develop from zero on; each line carries its name and last value at its end. */
export function LineChart({ description, xValues, xLabel, series, formatX, formatY, height = 264 }: Props) {
  const [ref, width] = useWidth();
  const [hover, setHover] = useState<number | undefined>(undefined);
  const narrow = width < NARROW;
  const longest = Math.max(...series.map((line) => (narrow ? line.name : `${line.name} ${line.endLabel}`).length));
  const box = { top: 10, right: 16 + longest * 7.4, bottom: 40, left: 44 };
  const plotWidth = Math.max(40, width - box.left - box.right);
  const plotHeight = height - box.top - box.bottom;
  const yTicks = ticks(Math.max(0, ...series.flatMap((line) => line.values)), 5);
  const yMax = yTicks.at(-1) ?? 1;
  const xMin = xValues[0] ?? 0;
  const xMax = xValues.at(-1) ?? 1;
  const toX = (x: number) => box.left + ((x - xMin) / Math.max(1e-9, xMax - xMin)) * plotWidth;
  const toY = (y: number) => box.top + plotHeight - (y / yMax) * plotHeight;
  const xTicks = ticks(xMax, narrow ? 4 : 8).filter((x) => x >= xMin && x <= xMax);
  const ends = spread(
    series.map((line) => toY(line.values.at(-1) ?? 0)),
    LABEL_GAP,
    box.top,
    box.top + plotHeight,
  );
  const onMove = (event: PointerEvent<SVGSVGElement>) => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    const share = (x - box.left) / plotWidth;
    const index = Math.round(share * (xValues.length - 1));
    setHover(share < -0.05 || share > 1.05 ? undefined : Math.max(0, Math.min(xValues.length - 1, index)));
  };
  const hoverX = hover === undefined ? undefined : xValues[hover];
  return (
    <div className="chart-plot" ref={ref} style={{ height }}>
      {width > 0 ? (
        <svg
          role="img"
          aria-label={description}
          height={height}
          viewBox={`0 0 ${width} ${height}`}
          onPointerMove={onMove}
          onPointerLeave={() => setHover(undefined)}
        >
          {yTicks.map((y) => (
            <g key={y}>
              <line className={y === 0 ? 'chart-base' : 'chart-grid'} x1={box.left} x2={box.left + plotWidth} y1={toY(y)} y2={toY(y)} />
              <text x={box.left - 8} y={toY(y) + 4} textAnchor="end">
                {formatY(y)}
              </text>
            </g>
          ))}
          {xTicks.map((x) => (
            <text key={x} x={toX(x)} y={box.top + plotHeight + 16} textAnchor="middle">
              {formatX(x)}
            </text>
          ))}
          <text x={box.left + plotWidth / 2} y={height - 4} textAnchor="middle">
            {xLabel}
          </text>
          {hoverX === undefined ? null : (
            <line className="chart-cursor" x1={toX(hoverX)} x2={toX(hoverX)} y1={box.top} y2={box.top + plotHeight} />
          )}
          {series.map((line, index) => (
            <g key={line.name}>
              <path
                className={`chart-line series-${index + 1} ${line.dashed ? 'chart-dashed' : ''}`}
                d={linePath(line.values.map((y, at) => ({ x: toX(xValues[at] ?? 0), y: toY(y) })))}
              />
              <circle className={`fill-${index + 1}`} cx={toX(xMax)} cy={toY(line.values.at(-1) ?? 0)} r={3.5} />
              <text className={`chart-label fill-${index + 1}`} x={box.left + plotWidth + 10} y={(ends[index] ?? 0) + 4}>
                {narrow ? line.name : `${line.name} ${line.endLabel}`}
              </text>
            </g>
          ))}
        </svg>
      ) : null}
      {hover === undefined || hoverX === undefined ? null : (
        <div className="chart-tip" style={toX(hoverX) > width / 2 ? { left: box.left + 12 } : { right: box.right }}>
          <strong>{`${formatX(hoverX)} · ${xLabel}`}</strong>
          {series.map((line) => [
            <span key={`${line.name}-name`}>{line.name}</span>,
            <span key={`${line.name}-value`}>{formatY(line.values[hover] ?? 0)}</span>,
          ])}
        </div>
      )}
    </div>
  );
}
