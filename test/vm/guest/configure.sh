#!/bin/sh
# Run once in the new Debian 13 root: makes it a host that answers ssh on a virtio network. Docker stays as Debian sets it up.
set -eu
echo debian13 >/etc/hostname
printf '127.0.0.1 localhost debian13\n' >/etc/hosts
printf '/dev/vda / ext4 defaults,noatime 0 1\n' >/etc/fstab
printf '[Match]\nName=en* eth*\n[Network]\nDHCP=ipv4\n' >/etc/systemd/network/80-dhcp.network
systemctl enable -q systemd-networkd ssh docker
# Nothing may wait for a network that leads nowhere, or wake up to look for updates.
systemctl mask -q systemd-networkd-wait-online.service apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer \
	man-db.timer dpkg-db-backup.timer fstrim.timer getty@tty1.service serial-getty@ttyS0.service
ssh-keygen -A >/dev/null
printf 'PermitRootLogin prohibit-password\nUseDNS no\nUsePAM yes\nMaxSessions 100\nAcceptEnv *\n' >/etc/ssh/sshd_config.d/vm.conf
rm -f /etc/resolv.conf
printf 'nameserver 10.0.2.3\n' >/etc/resolv.conf
