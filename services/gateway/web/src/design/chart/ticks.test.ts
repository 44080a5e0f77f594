import { describe, expect, it } from 'vitest';
import { linePath, spread, ticks } from './ticks';

describe('charts', () => {
  it('chooses round ticks from zero to at least the largest value', () => {
    expect(ticks(1882)).toEqual([0, 500, 1000, 1500, 2000]);
    expect(ticks(39, 8)).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40]);
    expect(ticks(0.3)).toEqual([0, 0.1, 0.2, 0.3]);
    for (const nothing of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) expect(ticks(nothing)).toEqual([0, 1]);
  });
  it('keeps labels apart and inside', () => {
    expect(spread([100, 102], 18, 0, 200)).toEqual([100, 118]);
    expect(spread([199, 200], 18, 0, 200)).toEqual([182, 200]);
    expect(spread([50, 10], 18, 0, 200)).toEqual([50, 10]);
  });
  it('draws a path', () => {
    expect(
      linePath([
        { x: 0, y: 1 },
        { x: 2.25, y: 3 },
      ]),
    ).toBe('M0.0 1.0L2.3 3.0');
  });
});
