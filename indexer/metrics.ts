// Counts and gauges for an operator, in Prometheus' text format. No label ever holds an address, a name or a CID.

/** Numbers that the service keeps about itself. */
export type Metrics = {
  /** Adds to a counter. */
  count(name: string, by?: number): void;
  /** Sets a gauge. */
  set(name: string, value: number): void;
  /** Adds one observation, in seconds, to a summary of count and sum. */
  observe(name: string, seconds: number): void;
  /** Everything, as Prometheus' text exposition format 0.0.4. */
  render(): string;
};

/** Makes an empty set of numbers. */
export function createMetrics(): Metrics {
  const counters = new Map<string, number>();
  const gauges = new Map<string, number>();
  const summaries = new Map<string, { count: number; sum: number }>();
  return {
    count: (name, by = 1) => void counters.set(name, (counters.get(name) ?? 0) + by),
    set: (name, value) => void gauges.set(name, value),
    observe(name, seconds) {
      const seen = summaries.get(name) ?? { count: 0, sum: 0 };
      summaries.set(name, { count: seen.count + 1, sum: seen.sum + seconds });
    },
    render() {
      const lines: string[] = [];
      for (const [name, value] of counters)
        lines.push(`# TYPE placet_${name}_total counter`, `placet_${name}_total ${value}`);
      for (const [name, value] of gauges) lines.push(`# TYPE placet_${name} gauge`, `placet_${name} ${value}`);
      for (const [name, { count, sum }] of summaries) {
        lines.push(`# TYPE placet_${name}_seconds summary`);
        lines.push(`placet_${name}_seconds_count ${count}`, `placet_${name}_seconds_sum ${sum}`);
      }
      return lines.join("\n") + "\n";
    },
  };
}
