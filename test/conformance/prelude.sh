# Words that the scripts of the conformance table use. $SLOW is how much slower than a real machine this one is.

# until_ok SECONDS COMMAND: tries until it succeeds.
until_ok() {
	local deadline=$((SECONDS + $1 * SLOW)); shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $deadline ] || { echo "not within time: $*"; "$@"; return 1; }
		sleep 0.2
	done
}
# service NAME OPTIONS... IMAGE COMMAND...: creates without waiting.
service() { local name=$1; shift; docker service create --quiet --detach --name "$name" "$@" >/dev/null; }
# running NAME COUNT: waits until so many tasks run, no more and no fewer.
count_running() { docker service ps "$1" --filter desired-state=running --format '{{.CurrentState}}' | grep -c ^Running; }
is_running() { [ "$(count_running "$1")" = "$2" ]; }
running() { until_ok 40 is_running "$1" "$2"; }
# get URL: what a web server says; nothing when it does not.
get() { curl -sS -m 4 "$@"; }
answers() { get "$1" | grep -q .; }
# served URL: waits for an answer.
served() { until_ok 20 answers "$1"; }
# different COUNT URL: asks so many times, prints how many different answers came.
different() { for _ in $(seq "$1"); do get "$2"; done | sort -u | grep -c .; }
# refused COMMAND: succeeds when the command fails, and prints what it said.
refused() { if said=$("$@" 2>&1); then echo "was accepted: $said"; return 1; else echo "$said"; fi; }
# container NAME: ID of a task's container on this node.
container() { docker ps -q --filter "name=^$1\\." | head -1; }
# inside NAME COMMAND: in a task's container on this node, once there is one.
has_container() { [ -n "$(container "$1")" ]; }
inside() { local name=$1; shift; until_ok 20 has_container "$name"; docker exec "$(container "$name")" "$@"; }
# updated NAME STATE: waits for the end of the last update, which is to be in this state.
update_state() { docker service inspect "$1" --format '{{.UpdateStatus.State}}: {{.UpdateStatus.Message}}'; }
update_ended() { update_state "$1" | grep -Eq "^(${2:-completed}|paused|rollback_completed|rollback_paused):"; }
updated() { until_ok 60 update_ended "$1" "${2:-}"; update_state "$1" | grep -q "^${2:-completed}:" || { update_state "$1"; return 1; }; }
# node_is NAME STATUS
node_status() { [ "$(docker node ls --format '{{.Hostname}} {{.Status}}' | grep "^$1 ")" = "$1 $2" ]; }
node_is() { until_ok 60 node_status "$1" "$2"; }
