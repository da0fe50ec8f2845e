// Runs before the first paint: how the page was left. No module, so that it is not deferred.
(() => {
  const kept = name => { try { return localStorage.getItem(name); } catch { return null; } };
  const root = document.documentElement;
  const theme = kept('theme');
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  root.dataset.figures = kept('figures') === 'exact' ? 'exact' : 'short';
})();
