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
      effect: {color: 'var(--effect)', strokeWidth: 2}, 'effect-point': {filled: true, color: 'var(--effect)', size: 70, opacity: 1},
      published: {color: 'var(--published)', strokeWidth: 1.75},
      'published-point': {shape: 'diamond', color: 'var(--published)', strokeWidth: 1.75, size: 70, opacity: 1},
      'published-arm': {shape: 'diamond', filled: false, strokeWidth: 1.6, size: 55, opacity: 1},
      'arm-point': {filled: true, size: 95, opacity: 1, stroke: 'var(--paper)', strokeWidth: 1}, link: {strokeWidth: 2},
      band: {color: 'var(--band)', opacity: 0.13}, target: {fillOpacity: 0.12, strokeOpacity: 0.6, strokeWidth: 1}, bars: {color: 'var(--bars)', stroke: 'var(--paper)', strokeWidth: 1},
      null: {color: 'var(--quiet)', strokeWidth: 1, strokeDash: [3, 3]},
      spread: {opacity: 0.08, line: false}, edge: {strokeWidth: 1, opacity: 0.85}, median: {strokeWidth: 2.75},
      numbers: {align: 'left', dx: 12, fontSize: 12.5, color: 'var(--ink)'}, 'numbers-published': {align: 'left', dx: 12, fontSize: 12.5, color: 'var(--published)'}
    }
  };
  const isNumbers = layer => /^numbers/.test(layer.name || '');
  /* Where there is no room for the column of numbers, it goes: the table has them. */
  const fitted = (spec, width) => {
    if (!spec.layer.some(isNumbers) || width >= 130 + 2.5 * spec.usermeta.room) return spec;
    const y = spec.encoding.y;
    return {...spec, layer: spec.layer.filter(layer => !isNumbers(layer)),
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
    const plots = document.querySelectorAll('.plot');
    plots.forEach(draw);
    let width = window.innerWidth, later = 0;
    window.addEventListener('resize', () => {
      clearTimeout(later);
      later = setTimeout(() => {
        if (window.innerWidth !== width) plots.forEach(draw);
        width = window.innerWidth;
      }, 200);
    });
  }
  /* On paper every short data table is seen; what is long (curves, the protocol) stays in the file. */
  const opened = [];
  window.addEventListener('beforeprint', () => document.querySelectorAll('figure:not(.curve):not(.replicates) > details:not([open])').forEach(details => {
    details.open = true;
    opened.push(details);
  }));
  window.addEventListener('afterprint', () => opened.splice(0).forEach(details => { details.open = false; }));
})();
