// Accelerator: KVM where a stock kernel really boots under it, QEMU's own emulation (TCG) elsewhere.
import { access, constants } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { type Accelerator, type BootOptions, boot } from './boot.ts';

/** A stock kernel under working KVM is in the initrd within a second or two. */
const PROBE_MS = 12_000;

/**
 * Boots the kernel with KVM as far as the initrd, which says so and powers off. Some machines have a /dev/kvm that
 * hangs or resets a stock kernel, so its being there proves nothing.
 */
export async function findAccelerator(options: Omit<BootOptions, 'accelerator'>): Promise<Accelerator> {
	const usable = await access('/dev/kvm', constants.R_OK | constants.W_OK).then(
		() => true,
		() => false,
	);
	if (!usable) return 'tcg';
	const machine = await boot({ ...options, accelerator: 'kvm', append: 'shoal.probe' });
	const late = new AbortController();
	await Promise.race([machine.ended, setTimeout(PROBE_MS, undefined, { signal: late.signal })]);
	late.abort();
	await machine.kill();
	return (await machine.consoleTail(200)).includes('shoal-vm: probe ok') ? 'kvm' : 'tcg';
}
