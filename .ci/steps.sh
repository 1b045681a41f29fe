# Steps of .ci/run and .ci/long, and their count. Sourced from the root of the project.

passed=0 failed=0 skipped=0
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
export NO_COLOR=1
unset FORCE_COLOR

# Public test vectors of others lie in a folder beside the project, where they lie anywhere.
for folder in ../*/vectors; do
  if [ -f "$folder/wycheproof-x25519.json" ]; then NTM_PUBLIC_VECTORS=$(cd "$folder" && pwd); fi
done
if [ -n "${NTM_PUBLIC_VECTORS:-}" ]; then export NTM_PUBLIC_VECTORS; fi

# say TEXT
say() { printf '%s\n' "$*"; }

# skip WHAT WHY
skip() {
  skipped=$((skipped + 1))
  say "skipped: $1: $2"
}

# run NAME LIMIT COMMAND...: into the log; leaves status and the time taken.
run() {
  local name=$1 limit=$2 begin=$SECONDS
  shift 2
  log=$temp/$(printf '%s' "$name" | tr -c 'A-Za-z0-9' '_').log
  timeout --kill-after=10 "$limit" "$@" >"$log" 2>&1 </dev/null
  status=$?
  took=$((SECONDS - begin))
  [ "$status" = 124 ] && say "$name: ended after its limit of $limit s" | tee -a "$log"
  return 0
}

# step NAME LIMIT COMMAND...: one check that holds or not.
step() {
  run "$@"
  if [ "$status" = 0 ]; then
    passed=$((passed + 1))
    say "ok: $1 ($took s)"
  else
    failed=$((failed + 1))
    say "FAILED: $1 (exit status $status, $took s)"
    tail -n 80 "$log"
  fi
}

# tests NAME LIMIT COMMAND...: a run of tap, counted by its assertions.
tests() {
  run "$@"
  local counts good bad left
  counts=$(grep -a -E '^# \{ total: ' "$log" | tail -n 1)
  good=$(count pass "$counts") bad=$(count fail "$counts") left=$(count skip "$counts")
  points "$1" "$good" "$bad" "$left"
}

# files NAME LIMIT COMMAND...: test files by themselves, which print TAP, counted by their tests.
files() {
  run "$@"
  local good bad left
  good=$(grep -a -E '^ok ' "$log" | grep -a -c -v '# SKIP') bad=$(grep -a -c -E '^not ok ' "$log")
  left=$(grep -a -c -E '^ok .*# SKIP' "$log")
  points "$1" "$good" "$bad" "$left"
  # What was drawn.
  grep -a -E '^ *# [0-9]+ of [0-9]+ ' "$log" | sed -E 's/^ *//'
}

# points NAME PASSED FAILED SKIPPED: counts and says what tests came to.
points() {
  local good=$2 bad=$3 left=$4
  if [ "$status" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
  if [ "$good" = 0 ] && [ "$bad" = 0 ]; then bad=1; fi
  passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left))
  say "$([ "$bad" = 0 ] && echo ok || echo FAILED): $1: $good passed, $bad failed, $left skipped ($took s)"
  grep -a -E '# SKIP' "$log" | sed -E 's/^ *ok [0-9]+ - /skipped: /' | sort | uniq -c
  if [ "$bad" != 0 ]; then
    grep -a -E -A 24 '^ *not ok' "$log" | head -n 300
    tail -n 20 "$log"
  fi
}

count() {
  local found
  found=$(printf '%s' "$2" | sed -nE "s/.*[{ ]$1: ([0-9]+).*/\1/p")
  printf '%s' "${found:-0}"
}

# fuzz NAME COUNT PROGRAM...: hostile datagrams from $seed on.
fuzz() {
  local name=$1 count=$2
  shift 2
  step "fuzzing on $name, seed $seed" 3000 "$@" --seed "$seed" --count "$count"
  if [ "$status" = 0 ]; then cat "$log"; fi
}

# add_counts FILE: what another of these scripts counted in its last line; a failure where there is none.
add_counts() {
  local last
  last=$(tail -n 1 "$1")
  count_in() { printf '%s' "$last" | sed -nE "s/^(.*[^0-9])?([0-9]+) $1.*/\\2/p"; }
  local good bad left
  good=$(count_in passed) bad=$(count_in failed) left=$(count_in skipped)
  passed=$((passed + ${good:-0})) failed=$((failed + ${bad:-1})) skipped=$((skipped + ${left:-0}))
}

# conform NAME LIMIT PROGRAM...: one embedded run of the suite, counted by its cases.
conform() {
  local name=$1 limit=$2 report=$temp/report.json good bad left
  shift 2
  rm -f "$report"
  run "$name" "$limit" "$@" --reporter "json=$report"
  read -r good bad left < <(node .ci/verdicts.js "$report")
  for _ in 2 3; do
    if [ "$status" != 3 ] || [ "$good" = 0 ]; then break; fi
    say "again, for a busy host left $bad verdicts inconclusive: $name"
    run "$name" "$limit" "$@" --reporter "json=$report"
    read -r good bad left < <(node .ci/verdicts.js "$report")
  done
  if [ "$status" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
  passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left))
  say "$([ "$bad" = 0 ] && echo ok || echo FAILED): $name: $good passed, $bad failed, $left skipped ($took s)"
  if [ "$bad" != 0 ]; then grep -a -A 40 '^not ok' "$log" | grep -a -v '^ok' | head -n 300; fi
  tail -n 6 "$log"
}

# ahead FUNCTION: begins it, beside what does not need it yet. ready FUNCTION: waits for it; whether it could be done.
declare -A ahead_of
ahead() { "$1" & ahead_of[$1]=$!; }
ready() { wait "${ahead_of[$1]}"; }

# node_lts: installs the current LTS release of Node into the temporary folder: its program is $lts.
lts=$temp/lts/node_modules/node/bin/node
node_lts() {
  mkdir -p "$temp/lts"
  # Newer npm runs only the install scripts that a package.json allows; this package's brings the program.
  say '{"private": true, "dependencies": {"node": "24"}, "allowScripts": {"node": true}}' >"$temp/lts/package.json"
  run 'Node LTS' 300 npm install --prefix "$temp/lts"
  [ "$status" = 0 ] || tail -n 5 "$log"
  [ "$status" = 0 ] && [ -x "$lts" ]
}

# python_ready: an environment with the implementation in Python in the temporary folder: its program is $python.
python=$temp/python/bin/python
python_ready() {
  command -v python3 >/dev/null || return 1
  cp -r adapters/python "$temp/python-source"
  run 'Python' 300 sh -c "python3 -m venv '$temp/python' && '$python' -m pip install -q '$temp/python-source[test]'"
  [ "$status" = 0 ] || tail -n 5 "$log"
  [ "$status" = 0 ]
}

# python_relay: its adapter in the background, at $relay until its process $relay_pid is killed.
python_relay() {
  relay=127.0.0.1:$((20000 + RANDOM % 10000))
  (cd adapters/python && exec "$python" -m ntmobile --listen "$relay") >"$temp/python-adapter.log" 2>&1 &
  relay_pid=$!
  for _ in $(seq 50); do grep -q 'adapter at' "$temp/python-adapter.log" && return 0 || sleep 0.2; done
}

# have PROGRAM PACKAGE: in CI installs what is missing if apt-get may; tests that need it are skipped without it.
have() {
  if command -v "$1" >/dev/null || [ -z "${CI:-}" ] || [ "$(id -u)" != 0 ]; then return 0; fi
  if ! command -v apt-get >/dev/null; then return 0; fi
  run "$1" 300 env DEBIAN_FRONTEND=noninteractive \
    sh -c "apt-get update && apt-get install -y --no-install-recommends $2"
  if [ "$status" != 0 ]; then say "$1 could not be installed" && tail -n 3 "$log"; fi
  return 0
}

# spent: the time since the start, and that of the processor.
spent() {
  times >"$temp/times.txt"
  say "took $((SECONDS / 60)) min $((SECONDS % 60)) s; processor, user and system: $(tail -n 1 "$temp/times.txt")"
}

# close: the last line; the exit status.
close() {
  local more=''
  if [ "$skipped" != 0 ]; then more=", $skipped skipped"; fi
  say "$passed passed, $failed failed$more"
  [ "$failed" = 0 ]
}
