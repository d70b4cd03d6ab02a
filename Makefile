# Terrane: the commands a person types. `make help` lists them.
# Each does its own set-up and is quick when nothing is missing.

.PHONY: help demo build test fmt lint bench soak portal stats deny clean
.DEFAULT_GOAL := help

PROGRAM := $(or $(CARGO_TARGET_DIR),target)/release/terrane

help:
	@echo 'make demo     build the program and show a whole portal at http://localhost:8080'
	@echo 'make test     every test: cargo test, the program against real clients, the portal'
	@echo 'make build    the release program: $(PROGRAM)'
	@echo 'make portal   the map viewer alone: portal/dist'
	@echo 'make fmt      format the code'
	@echo 'make lint     what CI asks before the tests: format, clippy, house rules'
	@echo 'make bench    the benchmarks of all crates'
	@echo 'make soak     break the program on purpose for an hour and look whether anything is lost; SOAK_ARGS=--quick for minutes'
	@echo 'make stats    lengths of functions and files, crate by crate'
	@echo 'make deny     licences and sources of what we build on (needs cargo-deny)'
	@echo 'make clean    delete what was built; .venv and .tools stay'
	@echo
	@echo 'Options, as environment variables:'
	@echo '  CLIENTS=no    test without GDAL, QGIS, Chromium and the Python clients (saves 2 GB of packages)'
	@echo '  PORTAL=no     build and test without the portal; the program carries a plain page'
	@echo '  DEMO_ARGS=…   passed on to `terrane demo`, for example DEMO_ARGS="--listen 127.0.0.1:9000"'
	@echo '  SOAK_ARGS=…   passed on to tools/soak.sh, for example SOAK_ARGS="--only kill-add --seed 7"'
	@echo '  CARGO_TARGET_DIR, CARGO_BUILD_JOBS, NO_COLOR as everywhere'

demo: build
	@exec $(PROGRAM) demo $(DEMO_ARGS)

build:
	@tools/setup.sh demo
	@tools/portal.sh build
	cargo build --release -p terrane-server

test:
	@tools/setup.sh test
	@tools/test.sh

portal:
	@tools/setup.sh demo
	@tools/portal.sh build

fmt:
	cargo fmt --all

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo test --quiet -p terrane-xtask

bench:
	@tools/setup.sh demo
	cargo bench --workspace --bench '*'

soak:
	@tools/soak.sh $(SOAK_ARGS)

stats:
	@cargo run --quiet -p terrane-xtask -- stats

deny:
	@command -v cargo-deny >/dev/null || { echo 'cargo-deny is missing: cargo install --locked cargo-deny'; exit 1; }
	cargo deny --locked check bans licenses sources

clean:
	cargo clean
	rm -rf portal/dist
