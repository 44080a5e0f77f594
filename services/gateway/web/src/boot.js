// Runs before the first paint: applies the saved theme, density and language, so that nothing flashes.
(() => {
  const root = document.documentElement;
  let saved = {};
  try {
    saved = JSON.parse(localStorage.getItem('vefa.preferences') ?? '{}') ?? {};
  } catch {
    // Storage may be forbidden or hold nonsense; the defaults are fine then.
  }
  if (saved.theme === 'light' || saved.theme === 'dark') root.dataset.theme = saved.theme;
  root.dataset.density = saved.density ?? 'normal';
  root.lang = saved.language ?? (navigator.language.startsWith('tr') ? 'tr' : 'en');
})();
