# Each target sets up what it needs, so each works on a fresh clone.
#   make bench                      both languages side by side on a small set of photos
#   make test                       all tests
#   make bench IMAGES=~/photos MODEL=models/mine BATCH_SIZES=1,8,16 BACKENDS="huggingface vitscale onnxruntime"

PYTHON ?= python3
IMAGES ?= data/photos
MODEL ?= models/vit-base-patch16-224
BATCH_SIZES ?= 1,4,8
BACKENDS ?= huggingface spark-nlp vitscale
RESULTS ?= results/bench.json
BENCH_FLAGS ?=
REPRODUCE_FLAGS ?=

# On the small set `make bench` ends within ten minutes on two cores, including its set-up. The time left after the set-up
# is the budget, at least five minutes. Other images have no budget, unless you set one.
started := $(shell date +%s)
left := $$((560 + $(started) - $$(date +%s)))
BUDGET ?= $(if $(call is,$(IMAGES),data/photos),$$(( $(left) > 300 ? $(left) : 300 )))

# A user's path may have spaces, quotes and `$`. `value` takes it as written, `quote` makes it one word for the shell, and
# `path` leaves a leading `~/` outside the quotes. Make has no targets with spaces, so recipes check what exists below a
# user's folder.
quote = '$(subst ','\'',$(1))'
define newline


endef
path = $(if $(filter ~/%,$(firstword $(1))),~/$(call quote,$(subst $(newline)~/,,$(newline)$(1))),$(call quote,$(1)))
is = $(if $(subst x$(1),,x$(2))$(subst x$(2),,x$(1)),,yes)
images = $(call path,$(value IMAGES))
model = $(call path,$(value MODEL))
results = $(call path,$(value RESULTS))

# Containers often forbid Python to keep bytecode. Each of the many processes of tests and benchmarks would then compile
# torch and Transformers again, for 15 seconds.
unexport PYTHONDONTWRITEBYTECODE

venv := .venv/bin
jar := python/src/vitscale/jars/vitscale_2.13.jar
table_jars := target/table-jars
tensorflow_jars := python/src/vitscale/jars/tensorflow
service_java := target/service-java/class-path
scala_sources := $(shell find scala/core/src/main scala/spark/src/main scala/sparknlp/src/main scala/bench/src/main scala/bench-sparknlp/src/main project/*.scala project/*.sbt project/build.properties build.sbt -type f)

.PHONY: bench reproduce data jar tensorflow wheel test test-scala test-python lint report clean

bench: .venv $(jar) data
	results=$(results); $(venv)/vitscale bench --images $(images) --model $(model) --batch-size $(call quote,$(BATCH_SIZES)) \
		$(foreach one,$(BACKENDS),--backend $(call quote,$(one))) --iterations 1 $(if $(BUDGET),--budget $(BUDGET)) \
		--output "$$results" --report "$${results%.json}.html" $(BENCH_FLAGS)

# The published benchmark: a sweep on 3,544 images, then 34,745 at the best batch sizes; hours on two cores.
#   make reproduce REPRODUCE_FLAGS="--budget 1800"       the part that fits into half an hour
reproduce: .venv $(jar) tensorflow
	$(venv)/vitscale reproduce --model $(model) $(REPRODUCE_FLAGS)

# The default images and model of the benchmark.
data: data/photos models/vit-base-patch16-224

# Makes the default model, unless MODEL names another.
.PHONY: model
model: $(if $(call is,$(value MODEL),models/vit-base-patch16-224),models/vit-base-patch16-224)

data/photos: | .venv
	$(venv)/vitscale photos --count 16 --output $@

# If the model hub does not answer, random weights of the same architecture: speed is real, labels mean nothing.
models/vit-base-patch16-224: | .venv $(jar)
	$(venv)/vitscale export --allow-random-weights --output $@

.venv: python/requirements.txt python/bootstrap.txt
	$(PYTHON) -m venv .venv
	$(venv)/pip install --quiet --require-hashes --requirement python/bootstrap.txt
	$(venv)/uv pip install --quiet --python $(venv)/python --require-hashes --requirement python/requirements.txt
	$(venv)/uv pip install --quiet --python $(venv)/python --no-deps --no-build-isolation --editable python
	touch .venv

jar: $(jar)

$(jar): $(scala_sources) python/src/vitscale/_version.py python/src/vitscale/jvm/java-flags.txt \
		python/src/vitscale/jvm/table-libraries.txt python/src/vitscale/images/listing-rules.json | .venv
	./sbtw pythonJars
	touch $@

# The Java classes that most tests load, in an archive beside the jars: each JVM starts a few seconds faster. The command makes
# it only if Java or a jar has changed.
.PHONY: class-archive
class-archive: .venv $(jar)
	$(venv)/vitscale archive-classes --for-all-users

# Spark NLP's TensorFlow engine, as in the published benchmark: 116 MB of jars, and the model in its format.
tensorflow: $(tensorflow_jars) .venv $(jar) model
	model=$(model); test -f "$$model/tensorflow/fp32/saved_model.pb" || \
		$(venv)/vitscale export "$$model" --format tensorflow --output "$$model"

# Delta, Iceberg and Hadoop's S3 client, for the tests: a user adds them with spark.jars.packages.
$(table_jars): project/Dependencies.scala project/TableJars.scala python/src/vitscale/jvm/table-libraries.txt | .venv
	./sbtw spark/collectTableJars
	touch $@

$(tensorflow_jars): project/Dependencies.scala project/TensorflowJars.scala | .venv
	./sbtw tensorflow/collectJars
	touch $@

# A master and two workers of one core each, on loopback with authentication. The command prints how to use them.
.PHONY: cluster cluster-stop
cluster: .venv $(jar)
	$(venv)/vitscale cluster start

cluster-stop: .venv
	$(venv)/vitscale cluster stop

# The model in int8 for both runtimes; --force, because random weights keep fewer labels than trained ones.
.PHONY: int8-model
int8-model: .venv $(jar) model
	$(venv)/vitscale photos --count 64 --output data/pixels
	model=$(model); test -f "$$model/onnx/int8/model.onnx" || \
		$(venv)/vitscale export "$$model" --precision int8 --output "$$model"
	model=$(model); test -f "$$model/onednn/int8/scales.json" || \
		$(venv)/vitscale calibrate "$$model" --images data/pixels --force

# One executor against two on a cluster of this machine, then an estimate for clusters of any size. int8, because Spark's
# share of the time is largest there.
.PHONY: bench-scaling
bench-scaling: int8-model
	$(venv)/vitscale photos --count $(SCALING_PHOTOS) --output data/scaling
	$(venv)/vitscale scaling --images data/scaling --model $(model) --precision int8 --output results/scaling.json
	$(venv)/vitscale simulate results/scaling.json --report results/scaling.html

SCALING_PHOTOS ?= 480

# Time of one core for decoding and resizing a photo, beside Pillow's. Let nothing else run meanwhile.
.PHONY: bench-pixels
bench-pixels: .venv
	$(venv)/vitscale photos --count 64 --output data/pixels
	mkdir -p target/jmh
	./sbtw jmh/compile "export jmh/Runtime/fullClasspath" | tail -n 1 > target/jmh/class-path
	$(venv)/python benchmarks/pixels.py --images data/pixels --class-path target/jmh/class-path

# Images a second and latencies of the FastAPI example, beside Hugging Face's pipeline in FastAPI. Let nothing else run
# meanwhile.   make bench-service SERVICE_FLAGS="--rounds 3 --seconds 10"
.PHONY: bench-service
bench-service: int8-model
	$(venv)/python benchmarks/service.py --images data/pixels --model $(model) $(SERVICE_FLAGS)

SERVICE_FLAGS ?=

# Speed of other families beside Hugging Face's pipeline. Let nothing else run meanwhile.
.PHONY: bench-families
bench-families: .venv $(jar)
	$(venv)/vitscale photos --count 64 --output data/pixels
	PATH=$(abspath $(venv)):$$PATH $(venv)/python -m benchmarks.families --images data/pixels $(FAMILIES)
FAMILIES ?=

# A model of each family beside Transformers: labels, logits and pixels, not speed. It resumes.
.PHONY: check-families
check-families: .venv $(jar)
	$(venv)/vitscale photos --count 64 --output data/pixels
	PATH=$(abspath $(venv)):$$PATH $(venv)/python -m benchmarks.agreement --images data/pixels $(FAMILIES)

# Where the time of oneDNN's forward pass goes. Let nothing else run meanwhile.   make bench-products CLOCK_GHZ=3.5
.PHONY: bench-products
bench-products: int8-model
	$(venv)/python benchmarks/products.py --images data/pixels --model $(model) $(if $(CLOCK_GHZ),--clock-ghz $(CLOCK_GHZ))
CLOCK_GHZ ?=

# What the class archive saves at the start of a job. Let nothing else run meanwhile.
.PHONY: bench-class-archive
bench-class-archive: .venv $(jar) class-archive data/photos
	$(venv)/python benchmarks/class_archive.py --images data/photos --model scala/src/test/resources/tiny-vit

# What lower precision costs on two small trained models.
.PHONY: bench-precision
bench-precision: .venv $(jar)
	$(venv)/python -m benchmarks.precision

# The wheels of `vitscale` and of Spark NLP's jar, for this machine's platform.
#   make wheel PLATFORM=linux-aarch64       for another platform; this replaces the jars of the checkout
PLATFORM ?=
wheel: $(if $(PLATFORM),,$(jar)) | .venv
	$(if $(PLATFORM),./sbtw -Dplatform=$(PLATFORM) pythonJars)
	$(venv)/python -m build --wheel --no-isolation --outdir python/dist python
	$(venv)/python -m build --wheel --no-isolation --outdir python/dist python/sparknlp

# Exact versions of all packages: for development, for the container image, and of those with Spark 4. Run it after a change of
# pyproject.toml or constraints.txt.
.PHONY: lock
lock: .venv
	cd python && ../$(venv)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra all --extra dev \
		--no-emit-package vitscale-sparknlp --constraint constraints.txt pyproject.toml -o requirements.txt
	cd python && ../$(venv)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra spark \
		--constraint requirements.txt pyproject.toml -o ../deploy/requirements.txt
	cd python && ../$(venv)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra spark \
		--constraint constraints-spark4.txt pyproject.toml -o requirements-spark4.txt

test: test-scala test-python

# All tests with Scala 2.12 and Spark 3.5, then those that Scala 2.13 or Spark 4 can break.
test-scala: .venv libjpeg-turbo
	./sbtw test tensorflow/test "++2.13" $(SCALA_213_TESTS)

SCALA_213_TESTS := "core/testOnly vitscale.classify.* vitscale.model.* vitscale.preprocess.*" \
	"spark/testOnly vitscale.ml.* vitscale.hadoop.RemoteFilesSuite vitscale.job.ClassifyJobSuite vitscale.job.input.Parquet* \
	vitscale.job.input.Tar* vitscale.job.output.OutputFolderSuite vitscale.job.tables.*" \
	"bench/testOnly vitscale.bench.BackendsSuite vitscale.bench.BenchmarkOptionsSuite"

# Two files at a time, because tests mostly wait for a JVM; the slow files come last.
test-python: .venv $(jar) class-archive $(tensorflow_jars) $(service_java) $(table_jars) browser libjpeg-turbo
	$(venv)/python -m pytest --numprocesses 2 --dist loadfile tests/unit tests/report tests/parity tests/field tests/job tests/service \
		tests/install tests/spark4

# The front doors of Python on Spark 4, beside those on Spark 3.5. The first run makes the environment, in .cache.
.PHONY: test-spark4
test-spark4: .venv $(jar)
	$(venv)/python -m pytest tests/spark4

# The example of a service in Java, compiled; the tests start it with this class path.
$(service_java): $(scala_sources) $(shell find examples/service_java/src -type f 2>/dev/null) | .venv
	./sbtw serviceJava/writeClassPath
	touch $@

# The report's tests drive a real browser: Debian's Chromium, unless one is installed.
.PHONY: browser
browser:
	@command -v chromedriver >/dev/null || (apt-get update -qq && apt-get install -y -qq chromium chromium-driver)

# The tests decode JPEGs with Debian's libjpeg-turbo as well as with the JVM's decoder.
.PHONY: libjpeg-turbo
libjpeg-turbo:
	@ldconfig -p | grep -q libturbojpeg || (apt-get update -qq && apt-get install -y -qq libturbojpeg0)

# Kills, signals, full disks and speculation, each FAULT_ROUNDS times at random moments; `make test` does each one to three
# times.
.PHONY: faults
FAULT_ROUNDS ?= 20
faults: .venv $(jar)
	VITSCALE_FAULT_ROUNDS=$(FAULT_ROUNDS) $(venv)/python -m pytest -s tests/job/test_faults.py tests/job/test_faults_on_cluster.py

# The same for Delta tables on the local disk and on an S3-compatible server, where also two drivers start at once.
.PHONY: table-faults
table-faults: .venv $(jar) $(table_jars)
	VITSCALE_FAULT_ROUNDS=$(FAULT_ROUNDS) $(venv)/python -m pytest -s tests/job/test_table_faults.py

# Memory of --watch during an hour in which files arrive.   make soak SOAK_SECONDS=600
.PHONY: soak many-files
SOAK_SECONDS ?= 3600
soak: .venv $(jar)
	$(venv)/python -m tests.job.soak --seconds $(SOAK_SECONDS) --output results/soak.json

# Memory that each file costs, with 400,000 files and a small fixed heap. The heap fills during the first 100,000.
MANY_FILES ?= 400000
many-files: .venv $(jar)
	$(venv)/python -m tests.job.many_files --files $(MANY_FILES) --output results/many-files.json

# The engine's pixels against Pillow's, for random images in every format, whole and damaged.
.PHONY: fuzz
FUZZ_EXAMPLES ?= 10000
fuzz: .venv $(jar)
	VITSCALE_FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) $(venv)/python -m pytest tests/parity/test_fuzz.py

# Both runtimes in one JVM, thread by thread in turns, for a long time.
.PHONY: stress
STRESS_SECONDS ?= 3600
stress: | .venv
	VITSCALE_STRESS_SECONDS=$(STRESS_SECONDS) ./sbtw "core/testOnly *BothRuntimesSuite"

lint: .venv
	$(venv)/ruff check --config python/pyproject.toml python tests docs examples benchmarks
	$(venv)/ruff format --check --config python/pyproject.toml python tests docs examples benchmarks
	$(venv)/mypy --config-file python/pyproject.toml python/src
	$(venv)/lint-imports python/pyproject.toml
	./sbtw scalafmtCheckAll scalafmtSbtCheck "scalafixAll --check" checkPom

# Lines and branches of the Python package that the unit tests reach, also in the processes that they start.
.PHONY: coverage
coverage: .venv $(jar)
	$(venv)/python -m pytest --numprocesses 2 --dist loadfile --cov --cov-config=python/pyproject.toml \
		--cov-report=term:skip-covered --cov-report=html:target/coverage/html tests/unit

# Fails where a figure of README or docs is not the one that the raw values in benchmarks/ give; `figures` writes them.
.PHONY: verify-docs figures
verify-docs: .venv
	$(venv)/python -m benchmarks.figures
figures: .venv
	$(venv)/python -m benchmarks.figures --write

# The documentation as a site, with the Python and the Scala API, in target/site. A warning is an error; no network.
.PHONY: docs
docs: .venv verify-docs
	$(venv)/mkdocs build --strict
	./sbtw unidoc

report: .venv
	results=$(results); $(venv)/vitscale report "$$results" --output "$${results%.json}.html"

# The README's picture, from the raw values beside it.
docs/benchmark.svg: benchmarks/benchmark.json | .venv
	$(venv)/vitscale report $< --output $@

clean:
	rm -rf target scala/tensorflow/target project/target project/project .cache results python/dist python/src/vitscale/jars
