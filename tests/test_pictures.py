"""The bytes behind digests: only what a look named, verified on each read, and never what a stranger put beside the pixels."""

import io
import os
import struct
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from assetgen import digest
from assetgen.decode import container
from assetgen.preview.pictures import THUMB, Media, Pictures, Place
from assetgen.store.local import Store
from tests.looking import TAIL, Looks, opened, polyglot
from tests.projects import HERO
from tests.servers.pictures import draw

FILE = '[assets.logo]\nfile = "logo.png"\noutputs = ["logo.webp"]\n'


@pytest.fixture
def looks(shop):
    made = Looks(shop)
    yield made
    made.close()


@pytest.fixture
def pictures(tmp_path):
    (tmp_path / "root").mkdir()
    made = Pictures(tmp_path / "root", tmp_path / "home")
    yield made
    made.close()


def kept(pictures, data, *, own=False):
    sha256 = pictures.store.put(data)
    pictures.name({sha256: Place(own=own)})
    return sha256


def saved(image, form, **options):
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def test_a_thumbnail_is_a_small_webp_with_the_shape_of_the_picture(pictures):
    assert opened(pictures.thumb(kept(pictures, draw("a fox", 1000, 500)))).size == (THUMB, THUMB // 2)
    small = opened(pictures.thumb(kept(pictures, draw("a fox", 30, 20, alpha=True))))
    assert (small.size, small.format, small.mode) == ((30, 20), "WEBP", "RGBA")


def test_a_thumbnail_is_drawn_once_and_drawn_again_where_what_was_kept_is_damaged(pictures, tmp_path):
    sha256 = kept(pictures, draw("a fox", 640, 480))
    first = pictures.thumb(sha256)
    pictures.store.remove(sha256)
    assert pictures.thumb(sha256) == first
    stored = tmp_path / "home/thumbs" / f"{sha256}.webp"
    stored.write_bytes(first[:-1])
    assert pictures.thumb(sha256) is None
    kept(pictures, draw("a fox", 640, 480))
    assert (pictures.thumb(sha256), stored.read_bytes()) == (first, first)
    assert (tmp_path / "home/thumbs").stat().st_nlink == 2
    assert len(list((tmp_path / "home/thumbs").iterdir())) == 1


def test_a_home_that_cannot_be_written_costs_time_and_no_picture(tmp_path):
    data = draw("a fox", 64, 48)
    home = tmp_path / "home"
    sha256 = Store(home).put(data)
    (home / "thumbs").write_text("in the way")
    made = Pictures(tmp_path, home)
    made.name({sha256: Place()})
    assert opened(made.thumb(sha256)).size == (64, 48)
    made.close()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_what_assetgen_wrote_is_shown_as_it_is(pictures, form):
    data = saved(opened(draw("a fox", 64, 48)).convert("RGB"), form)
    assert pictures.full(kept(pictures, data, own=True)) == (data, Media[form])


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_nothing_that_hangs_on_a_picture_comes_out(pictures, own, form):
    data = saved(opened(draw("a fox", 64, 48)).convert("RGB"), form) + TAIL
    shown, media = pictures.full(kept(pictures, data, own=own))
    assert (TAIL in shown, media, opened(shown).size) == (False, Media.WEBP, (64, 48))
    assert TAIL not in pictures.thumb(digest.of_bytes(data))


def test_a_picture_that_is_drawn_anew_keeps_every_pixel_and_nothing_else(pictures):
    image = opened(draw("a fox", 64, 48, alpha=True))
    info = saved(image, "PNG", pnginfo=None, exif=b"Exif\0\0<script>alert(1)</script>")
    shown, _ = pictures.full(kept(pictures, info))
    assert b"script" in info
    assert b"script" not in shown
    assert opened(shown).convert("RGBA").tobytes() == image.convert("RGBA").tobytes() or _alike(opened(shown), image)


def _alike(one, other):
    """Equal where anything can be seen: colours without opacity are nobody's."""
    black = [Image.new("RGBA", image.size, "black") for image in (one, other)]
    for ground, image in zip(black, (one, other), strict=True):
        ground.alpha_composite(image.convert("RGBA"))
    return black[0].tobytes() == black[1].tobytes()


@pytest.mark.parametrize(
    "data",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"<!doctype html><script>alert(1)</script>",
        b"GIF89a<script>",
        b"%PDF-1.7",
        b"",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        draw("a fox", 64, 48)[:-20],
    ],
)
@pytest.mark.parametrize("own", [True, False])
def test_what_is_no_picture_is_not_there(pictures, data, own):
    sha256 = kept(pictures, data, own=own)
    assert (pictures.full(sha256) or (b"", ""))[1] in ("", Media.WEBP)
    assert b"script" not in (pictures.full(sha256) or (b"", ""))[0]
    assert pictures.facts(sha256) is None


def test_a_picture_that_is_too_large_is_not_decoded(pictures):
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    bomb = draw("a fox", 64, 48)
    bomb = bomb[:8] + struct.pack(">I", 13) + b"IHDR" + header + bomb[29:]
    sha256 = kept(pictures, bomb)
    assert (pictures.thumb(sha256), pictures.full(sha256)) == (None, None)


def test_an_icon_is_shown_by_its_largest_picture(pictures):
    image = opened(draw("a fox", 64, 64)).convert("RGBA")
    sha256 = kept(pictures, saved(image, "ICO", sizes=[(16, 16), (48, 48)]), own=True)
    shown, media = pictures.full(sha256)
    assert (opened(shown).size, media) == ((48, 48), Media.WEBP)


def test_only_digests_that_a_look_named_are_served(pictures, looks, shop):
    secret = pictures.store.put(draw("secret", 64, 48))
    for asked in (secret, secret[:63], "", "../../etc/passwd", "..%2f", f"{secret}.webp", "0" * 64):
        assert (pictures.thumb(asked), pictures.full(asked)) == (None, None)
    shop.write(HERO).build()
    looks()
    other = shop.store.put(draw("of nobody", 64, 48))
    assert looks.now.pictures.full(looks.card()["thumb"]) is not None
    assert (looks.now.pictures.full(other), looks.now.pictures.thumb(other)) == (None, None)


def test_bytes_are_verified_on_each_read(looks, shop):
    shop.write(HERO).build()
    looks()
    shown, written = looks.now.pictures, shop.locked()["hero"].outputs[0].sha256
    (shop.path / "hero.png").write_bytes(b"gone")
    assert shown.full(written) is not None
    damaged = shop.home / "cas" / written
    damaged.chmod(0o644)
    damaged.write_bytes(draw("another", 64, 48))
    assert (shown.full(written), shown.thumb(written)) == (None, None)
    assert (shop.home / "quarantine" / written).exists()


def test_outputs_are_shown_where_the_store_has_nothing(looks, shop):
    shop.write(HERO).build()
    for path in (shop.home / "cas").iterdir():
        path.unlink()
    looks()
    assert looks.card()["thumb"] == looks.output()["now"]["sha256"]
    assert looks.now.pictures.full(looks.card()["thumb"])[0] == (shop.path / "hero.png").read_bytes()


def test_a_providers_bytes_are_drawn_anew_and_those_of_its_output_are_not(looks, shop):
    shop.server.rolls = True
    shop.write(HERO + "candidates = 2\n").build()
    looks()
    original = looks.detail()["candidates"][0]["picture"]["sha256"]
    shown, media = looks.now.pictures.full(original)
    assert (shown == shop.store.get(original), media) == (False, Media.WEBP)
    assert opened(shown).convert("RGB").tobytes() == opened(shop.store.get(original)).convert("RGB").tobytes()


def test_a_file_that_a_person_put_there_is_drawn_anew_wherever_it_is_shown(looks, shop):
    shop.write(FILE)
    (shop.path / "logo.png").write_bytes(polyglot())
    looks()
    assert opened(looks.now.pictures.full(looks.now.assets["logo"].planned.chosen)[0]).size == (640, 480)
    shop.build()
    looks()
    (shop.path / "logo.webp").write_bytes(saved(opened(draw("mine", 30, 20)), "WEBP") + TAIL)
    looks()
    shown, _ = looks.now.pictures.full(looks.card("logo")["thumb"])
    assert (TAIL in shown, opened(shown).size) == (False, (30, 20))


def test_a_link_that_leads_out_of_the_project_shows_nothing(looks, shop, tmp_path):
    shop.write(HERO).build()
    looks()
    sha256 = looks.output()["now"]["sha256"]
    outside = tmp_path / "outside.png"
    outside.write_bytes((shop.path / "hero.png").read_bytes())
    (shop.path / "hero.png").unlink()
    (shop.path / "hero.png").symlink_to(outside)
    shop.store.remove(sha256)
    assert looks.now.pictures.full(sha256) is None
    looks()
    assert looks.output()["now"] is None


def test_originals_that_are_committed_are_found_in_their_folder(looks, shop):
    shop.server.rolls = True
    shop.write('[store]\noriginals = "art"\n' + HERO + "candidates = 2\n").build()
    for path in (shop.home / "cas").iterdir():
        path.unlink()
    looks()
    told = looks.detail()["candidates"]
    assert [opened(looks.now.pictures.full(one["picture"]["sha256"])[0]).size for one in told] == [(1024, 1024)] * 2


def test_a_git_lfs_pointer_shows_the_picture_only_where_it_is_here(looks, shop):
    shop.write(HERO).build()
    written = shop.locked()["hero"].outputs[0]
    text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{written.sha256}\nsize {written.bytes}\n"
    (shop.path / "hero.png").write_text(text)
    looks()
    assert looks.output()["now"]["sha256"] == written.sha256
    for path in (shop.home / "cas").iterdir():
        path.unlink()
    looks.close()
    bare = Looks(shop)
    bare()
    assert (bare.output()["now"], bare.card()["thumb"], bare.card()["state"]) == (None, None, "fresh")
    assert bare.detail()["checks"] == [{"text": '"hero.png" is a git LFS pointer to what the lock says', "ok": True}]
    bare.close()


def test_threads_may_ask_for_the_same_and_for_other_pictures(pictures):
    names = [kept(pictures, draw(f"fox {number}", 200, 100)) for number in range(6)] * 3
    with ThreadPoolExecutor(12) as pool:
        thumbs = list(pool.map(pictures.thumb, names))
        whole = list(pool.map(pictures.full, names))
    assert [opened(one).size for one in thumbs] == [(200, 100)] * 18
    assert [container.sniff(data) for data, _ in whole] == ["webp"] * 18


def test_a_closed_page_shows_nothing_more(pictures):
    sha256 = kept(pictures, draw("a fox", 64, 48))
    pictures.close()
    assert (pictures.thumb(sha256), pictures.full(sha256)) == (None, None)


# --- what git has


def committed(shop, repository, message="built"):
    repository.run("add", "-A")
    repository.run("commit", "-q", "-m", message)
    return shop.locked()["hero"].outputs[0].sha256


@pytest.fixture
def repository(shop, git):
    made = git(shop.path)
    shop.write(HERO).build()
    return made


def forget_store(shop):
    for path in (shop.home / "cas").iterdir():
        path.unlink()


def test_without_a_commit_or_a_repository_there_is_nothing_at_head(looks, shop, repository):
    looks()
    assert (looks.now.head, looks.output()["head"], looks.detail()["history"][1:]) == ("", None, [])


def test_the_picture_at_head_comes_from_git_where_nothing_else_has_it(looks, shop, repository):
    old = committed(shop, repository)
    data = (shop.path / "hero.png").read_bytes()
    looks()
    assert looks.output()["head"]["sha256"] == old == looks.output()["now"]["sha256"]
    shop.edit("a red fox", "a blue fox")
    shop.build()
    forget_store(shop)
    looks()
    told = looks.output()
    assert (told["head"]["sha256"], told["now"]["sha256"] != old, told["last"]) == (old, True, None)
    assert looks.now.pictures.full(old) == (data, Media.PNG)
    new = committed(shop, repository, "blue")
    looks()
    assert (looks.told["head"], looks.told["cards"]) == (looks.now.head, [])
    assert looks.output()["head"]["sha256"] == new


@pytest.mark.parametrize("how", ["worktree", "subfolder", "detached"])
def test_head_is_that_of_the_work_tree_that_the_project_is_in(looks, shop, git, how, tmp_path):
    top = tmp_path / "top"
    repository = git(top)
    shop.path = top / "below" / "it" if how == "subfolder" else top
    shop.write(HERO).build()
    old = committed(shop, repository)
    if how == "worktree":
        repository.run("worktree", "add", "-q", "-b", "other", str(tmp_path / "tree"))
        shop.path = tmp_path / "tree"
    if how == "detached":
        repository.run("checkout", "-q", "--detach")
    shop.edit("a red fox", "a blue fox")
    shop.build()
    forget_store(shop)
    looks()
    assert looks.output()["head"]["sha256"] == old
    assert looks.now.pictures.thumb(old)
    assert [one["text"].partition(": ")[2] for one in looks.detail()["history"] if one["cost"] is None] == ["built"]


def test_an_lfs_pointer_at_head_is_no_picture(looks, shop, repository):
    written = shop.locked()["hero"].outputs[0]
    data = (shop.path / "hero.png").read_bytes()
    (shop.path / "hero.png").write_text(f"version https://git-lfs.github.com/spec/v1\noid sha256:{written.sha256}\nsize {written.bytes}\n")
    committed(shop, repository)
    (shop.path / "hero.png").write_bytes(data)
    shop.edit("a red fox", "a blue fox")
    shop.build()
    forget_store(shop)
    looks()
    assert looks.output()["head"] is None


def test_a_commit_whose_lock_says_another_digest_than_its_picture_has_shows_nothing(looks, shop, repository):
    written = shop.locked()["hero"].outputs[0]
    honest = shop.lock
    lie = "0" * 64
    (shop.path / "assetgen.lock").write_text(honest.replace(written.sha256, lie))
    repository.run("add", "-A")
    repository.run("commit", "-q", "-m", "a lie")
    (shop.path / "assetgen.lock").write_text(honest)
    looks()
    assert looks.output()["head"]["sha256"] == lie
    assert (looks.now.pictures.full(lie), looks.now.pictures.thumb(lie)) == (None, None)


def test_a_lock_at_head_that_cannot_be_read_is_as_none(looks, shop, repository):
    honest = shop.lock
    (shop.path / "assetgen.lock").write_text("<<<<<<< ours\n")
    repository.run("add", "-A")
    repository.run("commit", "-q", "-m", "broken")
    (shop.path / "assetgen.lock").write_text(honest)
    looks()
    assert (looks.output()["head"], [one for one in looks.detail()["history"] if one["cost"] is None]) == (None, [])


def test_history_has_the_commits_that_changed_the_asset_and_no_other(looks, shop, repository):
    first = shop.locked()["hero"].original.sha256
    committed(shop, repository, "first <b>")
    shop.write(HERO + '[assets."icon.x"]\nmodel = "sketch"\nprompt = "an icon"\n').build()
    committed(shop, repository, "icon")
    shop.edit("a red fox", "a blue fox")
    shop.build()
    committed(shop, repository, "blue")
    (shop.path / "readme").write_text("x")
    committed(shop, repository, "not of the lock")
    looks()
    told = [one for one in looks.detail()["history"] if one["cost"] is None]
    short = repository.run("log", "--format=%h").split()
    assert [one["text"] for one in told] == [f"changed in {short[1]}: blue", f"locked in {short[3]}: first <b>"]
    assert [one["picture"] for one in told] == [shop.locked()["hero"].original.sha256, first]
    assert all(one["at"].endswith("+00:00") for one in told)
    assert looks.now.pictures.thumb(first)
    assert [one["text"].partition(" in ")[0] for one in looks.detail("icon.x")["history"]] == ["locked"]


def test_a_repository_of_somebody_else_is_looked_at_as_if_there_was_none(looks, shop, repository, monkeypatch):
    committed(shop, repository)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert subprocess.run(["git", "log"], cwd=shop.path, capture_output=True, check=False).returncode != 0
    looks()
    assert (looks.now.head, looks.output()["head"]) == ("", None)


def test_without_git_there_is_nothing_at_head(looks, shop, repository, monkeypatch):
    committed(shop, repository)
    monkeypatch.setenv("PATH", os.devnull)
    looks()
    assert (looks.output()["head"], looks.output()["now"] is not None) == (None, True)
