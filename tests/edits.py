"""What may happen to a project between two runs: random edits, for the law that nothing is called fresh that is not."""

import os
import shutil
import subprocess
import time
from pathlib import Path

from PIL import Image

MANIFEST = """\
version = 1
include = ["assets/*.toml", "more/**/part.toml", "kinds/*/part.toml"]

[project]
outputs = "public"

[store]
originals = "{originals}"

[defaults]
size = "64x64"

[assets.hero]
prompt = "a red fox"
post = [{{ op = "overlay", file = "art/mark.png", width = 8 }}]
outputs = ["hero.png", "deep/er/hero.webp"]

[assets.logo]
file = "art/logo.png"
outputs = ["logo.png"]

[assets.poster]
prompt = "an owl"
provider = "manual"
model = "by-hand"
references = ["art/linked/reference.png"]
outputs = ["poster.png"]
"""
PART = '[assets.{name}]\nprompt = "a {name}"\noutputs = ["{name}.png"]\n'


def make(root, git, *, below="", originals="store"):
    """A repository with a project in it; returns the folder of the project."""
    git(root)
    project = root / below
    for folder in ("art/real", "assets", "more/one/two", "kinds/one", "inbox", "other"):
        (project / folder).mkdir(parents=True, exist_ok=True)
    (project / "assetgen.toml").write_text(MANIFEST.format(originals=originals))
    (project / "assets/owl.toml").write_text(PART.format(name="moon"))
    (project / "more/one/two/part.toml").write_text(PART.format(name="sun"))
    (project / "kinds/one/part.toml").write_text(PART.format(name="tree"))
    # What is behind the second one may come without any folder of the pattern being touched.
    for link, target in (("art/linked", "real"), ("kinds/other", "../other/kind")):
        (project / link).symlink_to(target)
    (project / "README.md").write_text("A project.\n")
    (project / "other/notes.txt").write_text("None.\n")
    for number, name in enumerate(("mark", "logo", "real/reference")):
        Image.effect_noise((24, 24), 30 + number).save(project / f"art/{name}.png")
    Image.effect_noise((64, 64), 50).save(project / "inbox/poster.png")
    for name in ("hooks", "branches", "info"):
        shutil.rmtree(root / ".git" / name, ignore_errors=True)
    return project


class Edits:
    """Random edits of the project at `root` in the repository `top`. Each returns what it did; `restored` brings all back as it was."""

    def __init__(self, top, root, rng, outside):
        self.top, self.root, self.rng, self.outside = top, root, rng, outside
        self.copy = outside / "copy"
        shutil.copytree(top, self.copy, symlinks=True)
        every = [getattr(self, name) for name in dir(self) if name.startswith("e_")]
        # Those that change nothing, so that others come after them.
        self.every = [*every, *[self.e_nobody_cares] * 30, *[self.e_store, self.e_environment, self.e_index] * 5]
        self.undo = []

    def calm(self):
        """Take back what other projects would feel, too."""
        for undo in reversed(self.undo):
            undo()
        self.undo.clear()

    def restored(self):
        for entry in list(self.top.iterdir()):
            remove(entry)
        shutil.copytree(self.copy, self.top, symlinks=True, dirs_exist_ok=True)
        for entry in self.outside.iterdir():
            if entry != self.copy:
                remove(entry)
        # The same file under another name, outside of the project.
        (self.outside / "twin").mkdir()
        os.link(self.root / "art/real/reference.png", self.outside / "twin/reference.png")

    def one(self):
        edit = self.rng.choice(self.every)
        try:
            return f"{edit.__name__} {edit()}"
        except OSError as gone:  # an edit before this one took the file away, or put a pipe there
            return f"{edit.__name__} {gone}"

    def file(self):
        found = [path for path in sorted(self.root.rglob("*")) if path.is_file() and ".git" not in path.parts]
        return self.rng.choice(found) if found else self.root / "assetgen.toml"

    def folder(self):
        names = ("art", "art/real", "public", "public/deep", "public/deep/er", "assets", "more", "more/one", "kinds", "inbox", "other")
        return self.root / self.rng.choice(names)

    def away(self):
        return self.outside / f"away-{self.rng.random()}"

    def e_append(self):
        path = self.file()
        with path.open("ab") as file:
            file.write(b"\n")
        return path

    def e_flip_and_set_the_time_back(self):
        path = self.file()
        found, data = path.stat(), bytearray(path.read_bytes() or b"x")
        data[self.rng.randrange(len(data))] ^= 1
        path.write_bytes(data)
        os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
        return path

    def e_touch(self):
        path, when = self.file(), self.rng.choice((0, 1, 10**9, int(time.time()), 2**33))
        os.utime(path, (when, when))
        return path

    def e_rename(self):
        path = self.file()
        path.rename(path.with_name(f"{path.stem}-2{path.suffix}"))
        return path

    def e_swap(self):
        one, two = self.file(), self.file()
        if one != two:
            temp = self.away()
            one.rename(temp)
            two.rename(one)
            temp.rename(two)
        return f"{one} {two}"

    def e_delete(self):
        path = self.file()
        path.unlink()
        return path

    def e_truncate(self):
        path = self.file()
        os.truncate(path, self.rng.choice((0, 1, path.stat().st_size // 2)))
        return path

    def e_same_bytes(self):
        path = self.file()
        temp = self.away()
        temp.write_bytes(path.read_bytes())
        temp.replace(path)
        return path

    def e_link(self):
        path = self.file()
        target = self.away() if self.rng.random() < 0.5 else path.with_name(f"{path.name}.real")
        if self.rng.random() < 0.5:
            path.rename(target)
        else:
            target.write_bytes(path.read_bytes())
            path.unlink()
        path.symlink_to(target)
        return f"{path} {target}"

    def e_hard_link(self):
        path = self.file()
        os.link(path, self.away())
        return path

    def e_link_folder(self):
        folder = self.folder()
        target = self.away() if self.rng.random() < 0.7 else folder.with_name(f"{folder.name}-moved")
        folder.rename(target)
        folder.symlink_to(target)
        return f"{folder} {target}"

    def e_link_elsewhere(self):
        link = self.root / "art/linked"
        target = self.rng.choice(("art/real2", "public"))
        link.unlink()
        shutil.copytree(self.root / "art/real", self.root / target, dirs_exist_ok=True)
        link.symlink_to(self.root / target)
        return target

    def e_link_outside(self):
        link = self.root / "art/linked"
        link.unlink()
        link.symlink_to(self.outside / "twin")
        return link

    def e_behind_a_link(self):
        folder = self.root / "other/kind"
        folder.mkdir()
        (folder / "part.toml").write_text(PART.format(name="new"))
        return folder

    def e_finding(self):
        path = self.root / self.rng.choice(("assets/owl.toml", "kinds/one/part.toml"))
        text = path.read_text() if path.is_file() else ""
        remove(path)  # it may be a pipe by now
        path.write_text(f"{text}tags = []\n")
        return path

    def e_index(self):
        words = self.rng.choice((("rm", "-q", "--cached"), ("rm", "-q", "--cached"), ("add", "-f")))
        path = self.rng.choice((self.file(), self.root / "art/linked", self.root / "assetgen.lock"))
        subprocess.run(["git", *words, path], cwd=self.top, capture_output=True, check=False)
        return f"{words} {path}"

    def e_ignored(self):
        path = self.rng.choice((self.top, self.root)) / ".gitignore"
        remove(path)  # it may be a pipe by now
        path.write_text(self.rng.choice(("*.png\n", ".env\n", "assetgen.lock\n")))
        return path

    def e_copy_folder(self):
        folder, temp = self.folder(), self.away()
        shutil.copytree(folder, temp, symlinks=True)
        remove(folder)
        temp.rename(folder)
        return folder

    def e_mode(self):
        path = self.rng.choice((self.file, self.folder))()
        path.chmod(self.rng.choice((0o600, 0o755)))
        return path

    def e_folder_instead(self):
        path = self.file()
        path.unlink()
        path.mkdir()
        return path

    def e_pipe_instead(self):
        path = self.file()
        path.unlink()
        os.mkfifo(path)
        return path

    def e_include(self):
        path = self.root / self.rng.choice(
            ("assets/new.toml", "more/part.toml", "more/one/part.toml", "more/x/part.toml", "assets/new.txt")
        )
        path.parent.mkdir(exist_ok=True)
        remove(path)  # it may be a pipe by now
        path.write_text(PART.format(name=f"n{self.rng.randrange(9)}"))
        return path

    def e_nobody_cares(self):
        path = self.root / self.rng.choice(("other/new", "public/new.png", "art/new.png", "README.md", "public/deep/x.toml", "new/er.toml"))
        path.parent.mkdir(exist_ok=True)
        remove(path)  # it may be a pipe by now
        path.write_text("new\n")
        return path

    def e_inbox(self):
        path = self.root / "inbox" / self.rng.choice(("poster.png", "hero.png", "x.txt"))
        path.parent.mkdir(exist_ok=True)
        remove(path)  # it may be a pipe by now
        Image.effect_noise((64, 64), 20).save(path, format="PNG")
        return path

    def e_originals(self):
        path = self.root / "art/originals" / "x-0123456789abcdef.png"
        path.parent.mkdir(exist_ok=True)
        Image.effect_noise((64, 64), 20).save(path)
        return path

    def e_store(self):
        home = self.home()
        name = self.rng.choice(("cas", "ac", "journal", "said-single-copy", "ledger.jsonl", "locks"))
        if self.rng.random() < 0.5:
            remove(home / name)
        elif name in ("said-single-copy", "ledger.jsonl"):
            (home / name).write_text("")
        else:
            (home / name).mkdir(exist_ok=True)
            (home / name / f"{self.rng.random()}.json").write_text("{}")
        return name

    def e_state(self):
        path = self.state()
        data = bytearray(path.read_bytes())
        match self.rng.randrange(4):
            case 0:
                data = data[: self.rng.randrange(len(data))]
            case 1:
                data[self.rng.randrange(len(data))] ^= 1 << self.rng.randrange(8)
            case 2:
                data += b"\0more"
            case _:
                at = self.rng.randrange(len(data))
                data[at : at + 64] = self.rng.randbytes(64)
        path.write_bytes(data)
        return path

    def e_git_moves(self):
        dot = self.root / ".git"
        if dot.is_dir():
            dot.rename(self.root / "not.git")
        else:
            dot.mkdir()
            shutil.copytree(self.home(), dot / "assetgen", dirs_exist_ok=True)
        return dot

    def e_plain_store(self):
        (self.root / ".assetgen/cas").mkdir(parents=True, exist_ok=True)
        return "begun"

    def e_dotenv(self):
        text = self.rng.choice(("A_KEY=123456789\n", "OPENAI_BASE_URL=http://localhost\n", "no line\n", ""))
        remove(self.root / ".env")
        (self.root / ".env").write_text(text)
        return text

    def e_environment(self):
        nowhere = str(self.outside / "nowhere")
        name, value = self.rng.choice(
            (
                *(("ASSETGEN_CONFIG", f"{nowhere}.toml"), ("ASSETGEN_PROXY", "nonsense"), ("XDG_CONFIG_HOME", nowhere)),
                *(("HOME", nowhere), ("OPENAI_API_KEY", "sk-12345678"), ("LANGUAGE", "de"), ("MY_TOKEN", "are fresh")),
            )
        )
        self.environment(name, value)
        return name

    def environment(self, name, value):
        before = os.environ.get(name)
        os.environ[name] = value
        self.undo.append(lambda: os.environ.pop(name) if before is None else os.environ.update({name: before}))

    def e_configuration(self):
        path = Path(os.environ["XDG_CONFIG_HOME"]) / "assetgen/config.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.rng.choice(('[env]\nA = "b"\n', "[nonsense]\n", "x")))
        self.undo.append(lambda: path.unlink(missing_ok=True))
        return path

    def home(self):
        return self.top / ".git/assetgen"

    def state(self):
        return self.rng.choice(sorted((self.home() / "fresh").iterdir()))


def remove(path):
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
