#!/bin/bash
# Entry of a node: Docker inside an unprivileged container, in a user namespace of its own, on cgroup v1 and v2 hosts.
#
# The node starts with all capabilities, which count in the user namespace alone, and with seccomp, AppArmor and masked
# paths off, because an engine needs mounts, keyrings and /proc/sys/net; what keeps it in is the user namespace.
# Where the host's root has to hand over the cgroup (runner/engine/cgroup.ts), this script waits for it.
set -u

fail() { echo "node: $*" >&2; exit 1; }

# --- /sys: a fresh, writable sysfs, so that an inner `docker run --privileged` can mount one ------------------------
# The kernel allows it only while another writable sysfs is visible, which /run/hostsys (mounted by the engine, see
# runner/engine/node-container.ts) is for this moment. A sysfs of a throw-away network namespace then stays as that anchor.
if mountpoint -q /run/hostsys; then
	mkdir -p /run/sysanchor
	unshare -n mount -t sysfs -o rw,nosuid,nodev,noexec sysfs /run/sysanchor
	mount -t sysfs -o rw,nosuid,nodev,noexec sysfs /mnt && mount --rbind /sys/fs/cgroup /mnt/fs/cgroup && mount --rbind /mnt /sys
	umount -R -l /mnt
	umount /run/hostsys
fi

# --- cgroups: wait until they are ours, then make them writable ------------------------------------------------------
if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
	mount -o remount,bind,rw /sys/fs/cgroup 2>/dev/null
	for _ in $(seq 500); do mkdir -p /sys/fs/cgroup/node 2>/dev/null && break; sleep 0.02; done
	[ -d /sys/fs/cgroup/node ] || fail 'the cgroup was not handed over within 10 s'
	# cgroup v2 gives controllers only to the children of a group without processes of its own.
	# Again until none is left: a process may start another while we read.
	while read -r _ < /sys/fs/cgroup/cgroup.procs; do
		while read -r pid; do echo "$pid" > /sys/fs/cgroup/node/cgroup.procs; done 2>/dev/null < /sys/fs/cgroup/cgroup.procs
	done
	for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do
		echo "+$controller" > /sys/fs/cgroup/cgroup.subtree_control 2>/dev/null
	done
else
	# Mounted read-only: a plain remount is refused, a bind remount is not.
	for controller in /sys/fs/cgroup/*/; do mount -o remount,bind,rw "$controller" 2>/dev/null; done
	for _ in $(seq 500); do mkdir -p /sys/fs/cgroup/pids/node 2>/dev/null && break; sleep 0.02; done
	[ -d /sys/fs/cgroup/pids/node ] || fail 'the cgroups were not handed over within 10 s'
fi

# --- binfmt_misc is per user namespace since kernel 6.7: what a learner registers here stays here --------------------
mountpoint -q /proc/sys/fs/binfmt_misc || mount -t binfmt_misc none /proc/sys/fs/binfmt_misc 2>/dev/null

# --- no ::1: a node has no other IPv6, and `localhost` is tried there first. For each published port dockerd keeps a socket
# that takes connections and never answers; over IPv4 the mesh's rules come before it.
loopback6=/proc/sys/net/ipv6/conf/lo/disable_ipv6
[ ! -w $loopback6 ] || echo 1 > $loopback6

# --- a restarted node has the leftovers of its last life -------------------------------------------------------------
rm -rf /var/run/docker.pid /var/run/docker /run/containerd /run/shoal
mkdir -p /run/shoal/terminals

# --- containerd and dockerd, again and again: a learner may kill or restart them, as on any machine --------------------
stopping=
trap 'stopping=yes; kill -TERM $dockerd $containerd 2>/dev/null' TERM INT

# containerd is started here because dockerd waits a second for one of its own to come up.
start_containerd() {
	containerd --config /etc/containerd/config.toml &
	containerd=$!
	for _ in $(seq 500); do [ -S /run/containerd/containerd.sock ] && break; sleep 0.01; done
}
# A unix socket alone: with a plain TCP socket dockerd sleeps up to 16 s on purpose, and TLS makes RSA keys.
start_dockerd() {
	rm -f /var/run/docker.pid
	dockerd --containerd /run/containerd/containerd.sock -H unix:///var/run/docker.sock &
	dockerd=$!
}
start_containerd
start_dockerd
while [ -z "$stopping" ]; do
	# Whichever ends first; also a signal to this script ends the wait.
	wait -n -p ended
	[ -n "$stopping" ] && break
	sleep 0.2
	if [ "$ended" = "$containerd" ]; then start_containerd; elif [ "$ended" = "$dockerd" ]; then start_dockerd; fi
done
wait
