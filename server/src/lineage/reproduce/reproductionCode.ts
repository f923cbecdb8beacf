/**
 * The Python that a reproduction adds before and behind the original cells. Plain Python with the standard library and MLflow, as
 * the kernel may know nothing of Datamark. Pure.
 */
import type { NamedValue } from '../../../../contract';

/** What the code is told; everything in it may be read by whoever reads the notebook. */
export interface ReproductionFacts {
  readonly run: string;
  /** null: there is none any more. */
  readonly experiment: string | null;
  /** Where it runs: the folder of the original, in the clone. */
  readonly workingDirectory: string;
  /** Where files of the volumes were and must not be read now. */
  readonly live: readonly string[];
  /** Where they are. */
  readonly here: readonly string[];
  /** Where clones are, each with the time of its snapshot: what is newer there is none of the run’s. */
  readonly times: readonly (readonly string[])[];
  /** A folder for what the reproduction keeps. */
  readonly folder: string;
  /** Where a path of the run began, and where it begins here. */
  readonly moved: readonly (readonly string[])[];
  /** By name. */
  readonly metrics: readonly NamedValue[];
  readonly parameters: readonly NamedValue[];
  readonly requirements: readonly string[] | null;
  readonly python: string | null;
  /** Of runs that read nothing but the clones; null: that is not known of the data that was given. */
  readonly tags: Readonly<Record<string, string>> | null;
}

/** Of runs that a reproduction begins: the run that it reproduces. */
const REPRODUCES_TAG = 'datamark.github.io/reproduces';
const SESSION_TAG = 'datamark.github.io/reproduction';
/** For looking at the files of all clones. */
const LOOK_SECONDS = 20;
/** That clocks of the storage and of the computers may differ by. */
const CLOCKS_SECONDS = 5;
/** Runs that are compared. */
const MOST_RUNS = 50;

/** Prepares the kernel. */
export const setupCode = (facts: ReproductionFacts): string => `# Prepares the reproduction. Run it first.
import json, os, sys, time, uuid
_datamark = json.loads(${pythonText(JSON.stringify(facts))})
_datamark.update(began=int(time.time() * 1000), session=uuid.uuid4().hex, read=set(), written=set())
os.chdir(_datamark["workingDirectory"])
sys.path.insert(0, os.getcwd())
# Runs say what they reproduce. What they used is said behind, when it is known.
try:
    _datamark_context = dict(json.loads(os.environ.get("MLFLOW_RUN_CONTEXT") or "{}"))
except ValueError:
    _datamark_context = {}
_datamark_context.update({${JSON.stringify(REPRODUCES_TAG)}: _datamark["run"], ${JSON.stringify(SESSION_TAG)}: _datamark["session"]})
os.environ["MLFLOW_RUN_CONTEXT"] = json.dumps(_datamark_context)
# A run id in the environment would make the notebook write into that run.
os.environ.pop("MLFLOW_RUN_ID", None)
if "MLFLOW_EXPERIMENT_NAME" not in os.environ and _datamark["experiment"] is not None:
    os.environ.setdefault("MLFLOW_EXPERIMENT_ID", _datamark["experiment"])
# Models are registered in a registry of this folder: no version is made and no alias moved in the one that people use.
os.environ["MLFLOW_REGISTRY_URI"] = "sqlite:///" + os.path.join(_datamark["folder"], "registry.db")
try:
    import mlflow
    mlflow.set_registry_uri(os.environ["MLFLOW_REGISTRY_URI"])
    mlflow.set_registry_uri = lambda uri: print("In a reproduction the registry is", os.environ["MLFLOW_REGISTRY_URI"])
except ImportError:
    print("MLflow is not installed in this kernel: metrics can’t be compared.")

def _datamark_look(state=_datamark, cache={}):
    """Notes files of the volumes, as they are now, that Python opens: the run did not have them."""
    import site
    own = [sys.prefix, sys.base_prefix, site.USER_BASE or sys.prefix, *state["here"], state["folder"]]
    own = [os.path.realpath(one) for one in own]
    live = [os.path.realpath(one) for one in state["live"]]
    def within(path, roots):
        return any(path == root or path.startswith(root.rstrip("/") + "/") for root in roots)
    def concerns(path):
        real = os.path.realpath(path)
        if not within(real, live) or within(real, own):
            return None
        root = next(one for one in live if within(real, [one]))
        below = os.path.relpath(real, root)
        return None if below == "." or any(part.startswith(".") for part in below.split("/")) else real
    def audit(event, arguments):
        if event not in ("open", "os.listdir", "os.scandir", "sqlite3.connect") or not arguments:
            return
        path = arguments[0]
        if isinstance(path, bytes):
            path = os.fsdecode(path)
        if not isinstance(path, str):
            return
        try:
            key = os.path.abspath(path)
            if key not in cache:
                cache[key] = concerns(key)
            if cache[key] is not None:
                flags = arguments[2] if event == "open" and len(arguments) > 2 and isinstance(arguments[2], int) else 0
                state["written" if flags & (os.O_WRONLY | os.O_RDWR) else "read"].add(cache[key])
        except Exception:
            pass
    sys.addaudithook(audit)

def _datamark_newer(state=_datamark, seconds=${LOOK_SECONDS}):
    """Finds files of the clones that are newer than the snapshots; None: not all were looked at."""
    import datetime, stat
    found, end = [], time.monotonic() + seconds
    for here, made in state["times"]:
        limit = datetime.datetime.fromisoformat(made.replace("Z", "+00:00")).timestamp() + ${CLOCKS_SECONDS}
        for folder, folders, files in os.walk(here):
            folders[:] = [one for one in folders if not one.startswith(".") and one not in ("__pycache__", "datamark-clones")]
            for name in files:
                if time.monotonic() > end:
                    return None
                try:
                    known = os.lstat(os.path.join(folder, name))
                except OSError:
                    continue
                if stat.S_ISREG(known.st_mode) and known.st_mtime > limit:
                    found.append(os.path.join(folder, name))
    return found

_datamark["newer"] = _datamark_newer()
_datamark_look()
print("Runs on", ", ".join(_datamark["here"]))`;

/** Tells what is installed otherwise than it was. */
export const environmentCode = (): string => `# What was written down of the environment, and what is installed here.
def _datamark_environment(state=_datamark):
    import importlib.metadata, platform, re
    rows = [("Python", state["python"] or "–", platform.python_version())]
    for line in state["requirements"] or []:
        found = re.match(r"\\s*([A-Za-z0-9][\\w.-]*)(?:\\[[^]]*\\])?\\s*([^;]*)", line)
        if found:
            try:
                here = importlib.metadata.version(found[1])
            except importlib.metadata.PackageNotFoundError:
                here = "not installed"
            exact = re.fullmatch(r"===?\\s*([^\\s,*]+)\\s*", found[2])
            rows.append((found[1], exact[1] if exact else found[2].strip() or "–", here))
    if state["requirements"] is None:
        print("Which packages the run had was not written down.")
    for name, recorded, here in rows:
        unsure = recorded == "–" or re.match("[<>=!~]", recorded)
        told = "" if recorded == here else "differs" if here == "not installed" or not unsure else "not known"
        print(f"{name:<28} {recorded:<16} {here:<16} {told}".rstrip())

_datamark_environment()`;

/** Compares with what was. */
export const comparisonCode = (): string => `# Old and new, side by side.
def _datamark_compare(state=_datamark):
    read, written, newer = sorted(state["read"]), sorted(state["written"]), state["newer"]
    if read:
        print(f"NOT a reproduction of the data: {len(read)} files or folders of the volume as it is now were read:")
        print("\\n".join(f"  {path}" for path in read[:20]))
    if newer:
        print(f"NOT the data as it was: {len(newer)} files of the clone are newer than its snapshot:")
        print("\\n".join(f"  {path}" for path in newer[:20]))
    if newer is None:
        print("The clone has too many files: whether some are newer than its snapshot was not found out.")
    if written:
        print(f"{len(written)} files were written outside the clone:")
        print("\\n".join(f"  {path}" for path in written[:20]))
    try:
        import mlflow
    except ImportError:
        print("MLflow is not installed in this kernel: metrics can’t be compared.")
        return []
    if mlflow.active_run() is not None:
        print("A run has not ended yet: its values may change.")
    client = mlflow.MlflowClient()
    experiments = [one.experiment_id for one in mlflow.search_experiments()]
    text = "tags.\`${SESSION_TAG}\` = '" + state["session"] + "'"
    runs = client.search_runs(experiments, filter_string=text, order_by=["attributes.start_time ASC"], max_results=${MOST_RUNS})
    if not runs:
        print("No run of MLflow began here, or none that MLflow tags: there is nothing to compare.")
        return []
    if runs.token:
        print("More runs began here: the first ${MOST_RUNS} are compared.")
    old = [("metric", one) for one in state["metrics"]] + [("parameter", one) for one in state["parameters"]]
    def new(run, kind, one):
        return (run.data.metrics if kind == "metric" else run.data.params).get(one["key"])
    def is_same(kind, was, here):
        if kind == "metric":
            # NaN is no number, and equals none.
            return float(was) == float(here) or float(was) != float(was) and float(here) != float(here)
        moved = was
        for live, clone in state["moved"]:
            moved = moved.replace(live, clone)
        return here in (was, moved)
    def short(value):
        line = " ".join(str(value).split())
        return line if len(line) <= 60 else line[:59] + "…"
    results = []
    # The run that tells the most of the old names comes first: a notebook may begin others beside it.
    for run in sorted(runs, key=lambda run: -sum(new(run, kind, one) is not None for kind, one in old)):
        if not read and newer == [] and state["tags"] is not None:
            for name, value in state["tags"].items():
                client.set_tag(run.info.run_id, name, value)
        print(f"\\n{run.info.run_name} ({run.info.run_id}), {run.info.status}")
        for kind, one in old:
            was, here = one["value"], new(run, kind, one)
            same = "not told" if here is None else "same" if is_same(kind, was, here) else "differs"
            if kind == "metric":
                was, here = repr(float(was)), None if here is None else repr(float(here))
            results.append({"run": run.info.run_id, "kind": kind, "name": one["key"], "old": was, "new": here, "is": same})
            print(f"{kind:<10} {one['key']:<28} {short(was):<20} | {'–' if here is None else short(here):<20} {same}")
    return results

_datamark["compared"] = _datamark_compare()`;

/** A literal of Python: the escapes of JSON's texts mean the same there. */
const pythonText = (text: string): string => JSON.stringify(text);
