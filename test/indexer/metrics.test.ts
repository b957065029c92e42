// Numbers for an operator, as Prometheus reads them.

import { expect, test } from "vitest";
import { createMetrics } from "#indexer/metrics.ts";

test("Counters end in _total, histograms are in seconds and add up, and each has words", () => {
  const metrics = createMetrics();
  metrics.count("documents_refused", 2, { reason: "consent-expired" });
  metrics.count("documents_refused", 1, { reason: "no-consent" });
  metrics.set("indexed_block", 7);
  for (const seconds of [0.002, 0.02, 20]) metrics.observe("release", seconds);
  const text = metrics.render();
  expect(text).toContain('placet_documents_refused_total{reason="consent-expired"} 2\n');
  expect(text).toContain("# TYPE placet_documents_refused_total counter\n");
  expect(text).toContain("placet_indexed_block 7\n");
  expect(text).toContain('placet_release_seconds_bucket{le="0.0025"} 1\n');
  expect(text).toContain('placet_release_seconds_bucket{le="0.025"} 2\n');
  expect(text).toContain('placet_release_seconds_bucket{le="10"} 2\n');
  expect(text).toContain('placet_release_seconds_bucket{le="+Inf"} 3\n');
  expect(text).toContain("placet_release_seconds_count 3\n");
});

test("Every line is one that Prometheus' text format has, whatever stands in a label", () => {
  const metrics = createMetrics();
  metrics.count("rpc_errors", 1, { kind: 'a "quoted"\n\\ one' });
  metrics.set("relay_queue", 0.5, { state: "sent", b: "" });
  metrics.observe("http_request", 0.1, { route: "/api/:id" });
  const sample = /^[a-z_:][a-z0-9_:]*(\{([a-z_]+="([^"\\\n]|\\.)*",?)+\})? -?[0-9.e+-]+$/;
  for (const line of metrics.render().trimEnd().split("\n"))
    expect(line).toMatch(line.startsWith("#") ? /^# (HELP|TYPE) placet_[a-z_]+ \S/ : sample);
});
