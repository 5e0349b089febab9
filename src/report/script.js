/* Draws every .plot from the specification beside it. Colours are CSS variables, so that light, dark and paper need no second drawing. */
(() => {
  'use strict';
  const font = getComputedStyle(document.body).fontFamily;
  const axis = {
    domainColor: 'var(--line-strong)', tickColor: 'var(--line-strong)', gridColor: 'var(--line)', labelColor: 'var(--ink)', titleColor: 'var(--quiet)',
    labelFont: font, titleFont: font, labelFontSize: 12.5, titleFontSize: 12.5, titleFontWeight: 400, titlePadding: 9, labelLineHeight: 14, tickSize: 4,
    labelFlush: false
  };
  const config = {
    background: null, aria: false, font, axis, axisY: {labelFontSize: 13},
    view: {stroke: null},
    style: {
      effect: {stroke: 'var(--effect)', strokeWidth: 2}, 'effect-point': {filled: true, fill: 'var(--effect)', size: 70, opacity: 1},
      published: {stroke: 'var(--published)', strokeWidth: 1.75},
      'published-point': {shape: 'diamond', fill: 'var(--paper)', stroke: 'var(--published)', strokeWidth: 1.75, size: 70, opacity: 1},
      'published-arm': {filled: false, fill: 'var(--paper)', strokeWidth: 1.6, size: 55, opacity: 1},
      'arm-point': {filled: true, size: 95, opacity: 1}, link: {strokeWidth: 2},
      band: {fill: 'var(--band)', fillOpacity: 0.13}, target: {fill: 'var(--target)', fillOpacity: 0.15}, bars: {fill: 'var(--bars)', stroke: 'var(--paper)', strokeWidth: 1},
      null: {stroke: 'var(--quiet)', strokeWidth: 1, strokeDash: [3, 3]},
      spread: {opacity: 0.15, line: false}, edge: {strokeWidth: 0.75, opacity: 0.55}, median: {strokeWidth: 2.5},
      numbers: {align: 'left', dx: 12, fontSize: 12.5, fill: 'var(--ink)'}, 'numbers-published': {align: 'left', dx: 12, fontSize: 12.5, fill: 'var(--published)'}
    }
  };
  const narrow = 520; /* CSS pixels: below it the column of numbers goes, the table has them */
  const fitted = (spec, width) => {
    if (width >= narrow || !spec.layer.some(layer => layer.name === 'numbers')) return spec;
    const y = spec.encoding.y;
    return {...spec, padding: {...spec.padding, right: 8}, layer: spec.layer.filter(layer => layer.name !== 'numbers'),
      encoding: {...spec.encoding, y: {...y, axis: {...y.axis, labelLimit: 0.46 * width}}}};
  };
  const draw = plot => {
    const spec = JSON.parse(document.getElementById(plot.dataset.spec).textContent);
    const options = {mode: 'vega-lite', renderer: 'svg', actions: false, ast: true, config, tooltip: {disableDefaultStyle: true}};
    return vegaEmbed(plot, fitted(spec, plot.clientWidth), options).catch(error => {
      plot.textContent = 'This figure could not be drawn: ' + error.message;
      plot.closest('figure').querySelector('details').open = true;
    });
  };
  if (window.vegaEmbed) {
    document.querySelectorAll('.plot').forEach(draw);
    let wide = window.innerWidth >= narrow;
    window.addEventListener('resize', () => {
      if ((window.innerWidth >= narrow) !== wide) {
        wide = !wide;
        document.querySelectorAll('.plot').forEach(draw);
      }
    });
  }
})();
