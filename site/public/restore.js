// Restores what must not flash, before the page is drawn: the theme and the width of the lesson text.
// A plain file and no module, so that it runs at once and the Content-Security-Policy needs no exception.
// The keys are the ones of src/browser/remembered.ts.
(() => {
	const page = document.documentElement;
	let theme;
	let split;
	try {
		theme = localStorage.getItem('shoal.theme');
		split = Number(localStorage.getItem('shoal.split'));
	} catch {
		// No storage (private mode, blocked): the defaults do.
	}
	if (theme === 'dark' || theme === 'light') page.dataset.theme = theme;
	if (split >= 20 && split <= 80) page.style.setProperty('--split', `${split}%`);
})();
