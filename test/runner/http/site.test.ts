// The headers that keep other pages out of ours.
import { expect, test } from 'vitest';
import { contentSecurityPolicy, inlineScripts } from '#runner/http/site.ts';

test('inline scripts are found whole, linked ones are not', () => {
	const html =
		'<script>a = "<b>"</script><script type="module" src="/x.js"></script><script is:x>\n1\n</script><script></script>';
	expect(inlineScripts(html)).toEqual(['a = "<b>"', '\n1\n']);
});

test('only our own scripts run', () => {
	const policy = contentSecurityPolicy(['abc=']);
	expect(policy).toContain("script-src 'self' 'sha256-abc='");
	expect(policy).toContain("frame-ancestors 'none'");
	expect(policy).not.toMatch(/script-src[^;]*unsafe/);
});
