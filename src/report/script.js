/* Draws every .plot from the specification beside it. Colours are CSS variables, so that light, dark and paper need no second drawing. */
(() => {
  'use strict';
  const font = getComputedStyle(document.body).fontFamily;
  const axis = {
    domainColor: 'var(--line-strong)', tickColor: 'var(--line-strong)', gridColor: 'var(--line)', labelColor: 'var(--ink)', titleColor: 'var(--quiet)',
    labelFont: font, titleFont: font, labelFontSize: 12.5, titleFontSize: 12.5, titleFontWeight: 400, titlePadding: 9, labelLineHeight: 14, tickSize: 4,
    labelFlush: false, labelOverlap: 'greedy', labelSeparation: 6
  };
  const config = {
    background: null, aria: false, font, axis, axisY: {labelFontSize: 13, labelOverlap: false},
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
  /* A row's id is "number|label|kind": break its label into shorter lines, four at most. */
  const broken = (id, letters) => {
    const [number, label, kind] = id.split('|'), lines = [''];
    label.split(/\s+/).forEach(word => {
      const last = lines[lines.length - 1];
      if (last === '' || last.length + 1 + word.length <= letters || lines.length === 4) lines[lines.length - 1] = (last + ' ' + word).trim();
      else lines.push(word);
    });
    return [number, lines.join('\n'), kind].join('|');
  };
  /* Where there is no room for the column of numbers, it goes (the table has them), and labels get narrow. */
  const fitted = (spec, width) => {
    if (spec.usermeta && spec.usermeta.aspect) return {...spec, height: Math.round(width * spec.usermeta.aspect)}; /* a map: as high as it is wide */
    if (!spec.layer.some(isNumbers) || width >= 100 + 2.4 * spec.usermeta.room) return spec;
    const y = spec.encoding.y, letters = Math.max(10, Math.round(width * 0.055)), was = spec.height / y.scale.domain.length;
    const rename = new Map(y.scale.domain.map(id => [id, broken(id, letters)]));
    const most = Math.max(...[...rename.values()].map(id => id.split('\n').length)), each = Math.max(24, was - 8, 15 * most + 10);
    const values = spec.data.values.map(value => ({...value, row: rename.get(value.row),
      ...('shift' in value ? {shift: value.shift + (each - was) / 2} : {})}));
    return {...spec, height: each * rename.size, data: {values}, layer: spec.layer.filter(layer => !isNumbers(layer)),
      encoding: {...spec.encoding, y: {...y, scale: {...y.scale, domain: [...rename.values()]}, axis: {...y.axis, labelLimit: 0.48 * width}}}};
  };
  const draw = plot => {
    const spec = JSON.parse(document.getElementById(plot.dataset.spec).textContent);
    const options = {mode: 'vega-lite', renderer: 'svg', actions: false, ast: true, config, tooltip: {disableDefaultStyle: true},
      formatLocale: {decimal: '.', thousands: '\u202f', grouping: [3], currency: ['', '']}};
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
  /* On paper the tables of effects are seen; what is longer, or stands in its figure as numbers, stays in the file. */
  const opened = [];
  window.addEventListener('beforeprint', () => document.querySelectorAll('.forest > details:not([open]), #model details:not([open])').forEach(details => {
    details.open = true;
    opened.push(details);
  }));
  window.addEventListener('afterprint', () => opened.splice(0).forEach(details => { details.open = false; }));
})();
