"""The quick answer is the full one also where a project is put together oddly, or a command is called from an odd place."""

import os
import shutil
from pathlib import Path

import pytest
from PIL import Image

import assetgen

MANIFEST = 'version = 1\n[assets.fox]\nprompt = "a fox"\nsize = "16x16"\n'
LOGO = '[assets.logo]\nfile = "logo.png"\noutputs = ["made.png"]\n'


@pytest.fixture
def built(project, git):
    """A project in a repository, built and looked at, so that nothing is left to do."""
    repository = git(project.path)
    project.git = repository.run

    def make(text=MANIFEST, *, fresh="1 asset is fresh\n"):
        project.write("assetgen.toml", text)
        project("build")
        assert project("check").stdout == fresh
        return project

    return make


def alike(project, *words, code, **env):
    """What a command says, if it says the same without the quick way."""
    quick, full = (project(*words, *more, code=code, **env) for more in ((), ("--no-cache",)))
    assert (quick.stdout, quick.stderr) == (full.stdout, full.stderr)
    return quick


@pytest.mark.parametrize("folder", ["nowhere", "nowhere/..", "fox.png", "fox.png/.."])
def test_a_folder_that_cannot_be_entered(built, folder):
    assert alike(built(), "check", "-C", folder, code=2).stderr == f'error: "{folder}" is no folder that can be entered\n'


def test_a_link_that_git_lacks(built, project):
    project.write("art/real.png", "")
    Image.effect_noise((16, 16), 40).save(project.path / "art/real.png")
    (project.path / "logo.png").symlink_to("art/real.png")
    built(MANIFEST + LOGO, fresh="2 assets are fresh\n")
    project.git("add", "assetgen.toml", "assetgen.lock", "art", "fox.png", "made.png")
    assert "1 file of the project is not in git" in alike(project, "check", "--tracked", code=1).stderr
    project.git("add", "logo.png")
    project.git("rm", "-q", "--cached", "art/real.png")
    alike(project, "check", "--tracked", code=1)
    project.git("add", "art")
    assert alike(project, "check", "--tracked", code=0).stdout == "2 assets are fresh\n"


def test_a_folder_that_comes_into_being_behind_a_link(built, project):
    project.write("one/assets.toml", MANIFEST.removeprefix("version = 1\n"))
    (project.path / "deep/a").mkdir(parents=True)
    (project.path / "other").symlink_to("deep/a/b")
    built('version = 1\ninclude = ["*/assets.toml"]\n')
    project.write("deep/a/b/assets.toml", MANIFEST.removeprefix("version = 1\n").replace("fox", "owl"))
    assert alike(project, "check", code=1).stdout.startswith("generate  owl")


def test_a_link_that_leads_to_the_same_file_elsewhere(built, project, tmp_path):
    project.write("art/real.png", "")
    Image.effect_noise((16, 16), 40).save(project.path / "art/real.png")
    os.link(project.path / "art/real.png", tmp_path / "twin.png")
    link = project.path / "art/logo.png"
    link.symlink_to("real.png")
    built(MANIFEST + LOGO.replace('"logo.png"', '"art/logo.png"'), fresh="2 assets are fresh\n")
    link.unlink()
    link.symlink_to(tmp_path / "twin.png")
    assert "leads outside the project" in alike(project, "check", code=1).stdout


def test_a_configuration_that_depends_on_the_folder(built, project):
    project.env["ASSETGEN_CONFIG"] = "conf.toml"
    project.write("conf.toml", "")
    (project.path / "sub").mkdir()
    built()
    assert "named by ASSETGEN_CONFIG, does not exist" in alike(project, "-C", "sub", "check", code=2).stderr


def test_a_file_that_is_new_in_the_catalog(built, project, tmp_path):
    package = tmp_path / "site/assetgen"
    shutil.copytree(Path(assetgen.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    project.env |= {"PYTHONPATH": str(package.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    built()
    (package / "catalog/more.toml").write_text("nonsense")
    assert project.raw("check").returncode == project.raw("check", "--no-cache").returncode != 0
