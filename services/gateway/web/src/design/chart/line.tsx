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
/** Width to keep free for a letter of a label, a little more than one takes. */
const LETTER = 7.4;

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

/** Where everything lies in a chart of this size. */
function geometry({ xValues, series }: Pick<Props, 'xValues' | 'series'>, width: number, height: number) {
  const narrow = width < NARROW;
  const labels = series.map((line) => (narrow ? line.name : `${line.name} ${line.endLabel}`));
  const box = { top: 10, right: 16 + Math.max(...labels.map((label) => label.length)) * LETTER, bottom: 40, left: 44 };
  const plotWidth = Math.max(40, width - box.left - box.right);
  const plotHeight = height - box.top - box.bottom;
  const yTicks = ticks(Math.max(0, ...series.flatMap((line) => line.values)), 5);
  const yMax = yTicks.at(-1) ?? 1;
  const xMin = xValues[0] ?? 0;
  const xMax = xValues.at(-1) ?? 1;
  const toX = (x: number) => box.left + ((x - xMin) / Math.max(1e-9, xMax - xMin)) * plotWidth;
  const toY = (y: number) => box.top + plotHeight - (y / yMax) * plotHeight;
  const ends = series.map((line) => toY(line.values.at(-1) ?? 0));
  return {
    box,
    bottom: box.top + plotHeight,
    end: box.left + plotWidth,
    xMax,
    xTicks: ticks(xMax, narrow ? 4 : 8).filter((x) => x >= xMin && x <= xMax),
    yTicks,
    toX,
    toY,
    labels,
    labelYs: spread(ends, LABEL_GAP, box.top, box.top + plotHeight),
    /** The point nearest to a pixel; undefined beside the plot. */
    indexAt: (pixel: number) => {
      const share = (pixel - box.left) / plotWidth;
      if (share < -0.05 || share > 1.05) return undefined;
      return Math.max(0, Math.min(xValues.length - 1, Math.round(share * (xValues.length - 1))));
    },
  };
}
type Geometry = ReturnType<typeof geometry>;

/** How a few series develop from zero on; each line carries its name and last value at its end. */
export function LineChart(props: Props) {
  const { description, xValues, xLabel, series, formatX, formatY, height = 264 } = props;
  const [ref, width] = useWidth();
  const [hover, setHover] = useState<number | undefined>(undefined);
  const lies = geometry(props, width, height);
  const hoverX = hover === undefined ? undefined : xValues[hover];
  const onMove = (event: PointerEvent<SVGSVGElement>) =>
    setHover(lies.indexAt(event.clientX - event.currentTarget.getBoundingClientRect().left));
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
          <Axes lies={lies} formatX={formatX} formatY={formatY} />
          <text x={(lies.box.left + lies.end) / 2} y={height - 4} textAnchor="middle">
            {xLabel}
          </text>
          {hoverX === undefined ? null : (
            <line className="chart-cursor" x1={lies.toX(hoverX)} x2={lies.toX(hoverX)} y1={lies.box.top} y2={lies.bottom} />
          )}
          <Lines lies={lies} series={series} xValues={xValues} />
        </svg>
      ) : null}
      {hover === undefined || hoverX === undefined ? null : (
        <div
          className="chart-tip"
          style={lies.toX(hoverX) > width / 2 ? { left: lies.box.left + 12 } : { right: lies.box.right }}
        >
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

function Axes({ lies, formatX, formatY }: Pick<Props, 'formatX' | 'formatY'> & { lies: Geometry }) {
  const { box, end, bottom, toX, toY } = lies;
  return (
    <>
      {lies.yTicks.map((y) => (
        <g key={y}>
          <line className={y === 0 ? 'chart-base' : 'chart-grid'} x1={box.left} x2={end} y1={toY(y)} y2={toY(y)} />
          <text x={box.left - 8} y={toY(y) + 4} textAnchor="end">
            {formatY(y)}
          </text>
        </g>
      ))}
      {lies.xTicks.map((x) => (
        <text key={x} x={toX(x)} y={bottom + 16} textAnchor="middle">
          {formatX(x)}
        </text>
      ))}
    </>
  );
}

function Lines({ lies, series, xValues }: Pick<Props, 'series' | 'xValues'> & { lies: Geometry }) {
  const { toX, toY } = lies;
  return series.map((line, index) => (
    <g key={line.name}>
      <path
        className={`chart-line series-${index + 1} ${line.dashed ? 'chart-dashed' : ''}`}
        d={linePath(line.values.map((y, at) => ({ x: toX(xValues[at] ?? 0), y: toY(y) })))}
      />
      <circle className={`fill-${index + 1}`} cx={toX(lies.xMax)} cy={toY(line.values.at(-1) ?? 0)} r={3.5} />
      <text className={`chart-label fill-${index + 1}`} x={lies.end + 10} y={(lies.labelYs[index] ?? 0) + 4}>
        {lies.labels[index]}
      </text>
    </g>
  ));
}
