"""`assetgen init`, and the project it makes."""

import tomllib


def test_init_build_and_nothing_to_do(project):
    done = project("init")
    assert done.stdout == 'wrote "assetgen.toml"\nadded ".env", ".assetgen/" and "inbox/" to ".gitignore"\nnext: assetgen build\n'
    assert (project.path / ".gitignore").read_text() == ".env\n.assetgen/\ninbox/\n"
    built = project("build")
    assert built.stderr == ""
    assert built.stdout.splitlines()[-1] == "4 assets: 4 generated"
    assert sorted(path.name for path in (project.path / "images").iterdir()) == [
        "hero-1280.avif",
        "hero-1280.webp",
        "hero-640.avif",
        "hero-640.webp",
        "icon-dark.png",
        "icon-light.png",
        "pipeline.png",
    ]
    assert project("build").stdout == "nothing to do: 4 assets are fresh\n"
    assert project("check").stdout == "4 assets are fresh\n"
    assert project("verify").stdout == "4 assets: every file is what the lock says\n"


def test_init_in_another_folder_keeps_what_is_there(project):
    project.write("art/.gitignore", "node_modules\n/.env\ninbox")
    done = project("init", "art")
    assert done.stdout == 'wrote "art/assetgen.toml"\nadded ".assetgen/" to "art/.gitignore"\nnext: assetgen -C art build\n'
    assert (project.path / "art/.gitignore").read_text() == "node_modules\n/.env\ninbox\n.assetgen/\n"
    text = (project.path / "art/assetgen.toml").read_text()
    assert text.startswith("#:schema .assetgen/schema.json\n")
    assert tomllib.loads(text)["version"] == 1
    assert (project.path / "art/.assetgen/schema.json").exists()


def test_init_overwrites_nothing(project):
    project.write("assetgen.toml", "mine")
    done = project("init", code=2)
    assert (done.stdout, done.stderr) == ("", 'error: "assetgen.toml" exists already\nhint: assetgen status\n')
    assert (project.path / "assetgen.toml").read_text() == "mine"
    assert not (project.path / ".gitignore").exists()
