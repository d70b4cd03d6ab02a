"""The last figures, as a table in docs/reliability.md."""
import datetime
import subprocess

BEGIN, END = "<!-- figures: written by make soak -->", "<!-- end of figures -->"


def table(results):
    rows = ["| scenario | what is done | counts | seconds |", "|---|---|---|--:|"]
    for result, seconds in results:
        rows.append(f"| {result.name} | {result.what} | {result.line()} | {seconds:.0f} |")
    notes = [f"- {result.name}: {remark.replace('|', '/')}" for result, _ in results for remark in result.remarks]
    return "\n".join(rows) + ("\n\nNotes:\n\n" + "\n".join(notes) if notes else "")


def write(root, results, seed, options):
    """Puts the table between the two marks."""
    page = root / "docs" / "reliability.md"
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=root, capture_output=True, text=True, check=False).stdout.strip()
    how = "quick" if options.quick else "full"
    head = f"Commit {commit or 'unknown'}, {datetime.date.today()}, seed {seed}, {how} run.\n\n"
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    page.write_text(f"{before}{BEGIN}\n\n{head}{table(results)}\n\n{END}{after}", encoding="utf-8")
