// How long a piece of the viewer's script took, for whoever wants to know: the browser keeps each
// measure for ever, so none is left unless `viewerMeasures` was set (benchmarks/viewer.py does).

export function watch(name, start) {
  if (globalThis.viewerMeasures) performance.measure(name, { start });
}
