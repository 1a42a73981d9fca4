"""What does a learner's server see? Asked from inside it, through its own kernel."""

import json
from pathlib import Path

import pytest

from hub_config.sandbox import missing_sandbox
from hub_config.settings import REPO
from tests.hub_config.conftest import SECRET, nbgrader

# A machine that cannot sandbox must say so here, not skip: `make test` installs bubblewrap or stops.
pytestmark = pytest.mark.usefixtures("sandbox_works")


@pytest.fixture(scope="module")
def sandbox_works():
    assert missing_sandbox() == ""


def _ask(hub, owner, token, expression):
    printed = hub.execute(
        owner, token, f"import json, os, glob, pathlib, subprocess, sys\nprint(json.dumps({expression}))"
    )
    return json.loads(printed)


def test_the_released_notebook_was_fetched_and_holds_no_key(own_hub, learner):
    text = _ask(own_hub, "hocvien", learner, "open('mau/01-mau.ipynb').read()")
    assert "Bài mẫu" in json.dumps(json.loads(text), ensure_ascii=False)
    assert SECRET not in text


@pytest.mark.parametrize("package", ["grader", "hub_config"])
def test_packages_with_keys_cannot_be_imported(own_hub, learner, package):
    assert "ModuleNotFoundError" in own_hub.execute("hocvien", learner, f"import {package}")


def test_the_course_can_be_imported(own_hub, learner):
    assert own_hub.execute("hocvien", learner, "import course; print('có')").strip() == "có"


def test_of_the_repo_only_course_is_there(own_hub, learner):
    found = set(_ask(own_hub, "hocvien", learner, f"os.listdir({str(REPO)!r})"))
    assert found - {Path(".venv").name} == {"course"}


def test_accounts_state_and_other_homes_are_not_there(own_hub, learner):
    state = own_hub.state
    (state / "homes" / "lan").mkdir(exist_ok=True)
    places = [state / "accounts.json", state / "demo-passwords.txt", state / "homes", state / "hub", state / "classes"]
    seen = _ask(own_hub, "hocvien", learner, f"[p for p in {[str(p) for p in places]!r} if os.path.lexists(p)]")
    assert seen == []
    assert _ask(own_hub, "hocvien", learner, "os.listdir('/home')") == ["hocvien"]
    assert _ask(own_hub, "hocvien", learner, "os.path.exists('/etc/shadow')") is False


def test_the_key_is_nowhere_in_what_can_be_read(own_hub, learner):
    places = "/home /srv /tmp /run /etc"
    # The pattern is put together inside, so that it does not find the question itself.
    key = f"{SECRET[:6]!r} + {SECRET[6:]!r}"
    code = f"subprocess.run(['grep', '-rl', {key}, *{places!r}.split()], capture_output=True, text=True).stdout"
    assert _ask(own_hub, "hocvien", learner, code) == ""


def test_only_the_own_inbox_is_there(own_hub, learner):
    other = own_hub.state / "exchange" / "demo" / "inbound-by-learner" / "lan"
    (other / "lan+mau+2026-01-01 00:00:00 UTC").mkdir(parents=True, exist_ok=True)
    inside = _ask(own_hub, "hocvien", learner, "sorted(glob.glob('/srv/bdhai/exchange/demo/*'))")
    assert inside == ["/srv/bdhai/exchange/demo/inbound", "/srv/bdhai/exchange/demo/outbound"]
    assert not [
        name
        for name in _ask(own_hub, "hocvien", learner, "os.listdir('/srv/bdhai/exchange/demo/inbound')")
        if "lan" in name
    ]
    refused = own_hub.execute("hocvien", learner, "open('/srv/bdhai/exchange/demo/outbound/mau/x', 'w')")
    assert "Read-only file system" in refused


def test_the_system_is_read_only_and_processes_are_its_own(own_hub, learner):
    assert "Read-only" in own_hub.execute("hocvien", learner, f"open({str(REPO / 'course' / 'x.py')!r}, 'w')")
    assert "Read-only" in own_hub.execute("hocvien", learner, "open('/usr/x', 'w')")
    commands = _ask(
        own_hub, "hocvien", learner, "[open(f).read() for f in glob.glob('/proc/[0-9]*/cmdline') if os.path.exists(f)]"
    )
    assert not [command for command in commands if "hub_config.services" in command or "configurable-http" in command]


def test_no_variable_of_the_operator_and_a_way_to_the_learn_service(own_hub, learner):
    names = _ask(own_hub, "hocvien", learner, "dict(os.environ)")
    assert not [name for name in names if name.startswith(("BDHAI_STATE", "CONFIGPROXY", "PYTEST"))]
    assert names["HOME"] == "/home/hocvien" and names["USER"] == "hocvien"
    assert names["BDHAI_LEARN_URL"] == f"{own_hub.url}/services/learn/"


def test_kernels_do_not_talk_over_ports_that_others_can_hear(own_hub, learner):
    shown = own_hub.execute(
        "hocvien", learner, "import ipykernel.connect as c; print(c.get_connection_info(unpack=True)['transport'])"
    )
    assert shown.strip() == "ipc"


def test_its_token_opens_learn_and_not_the_class_server(own_hub, learner):
    code = """
import os, urllib.request, urllib.error
def status(url):
    request = urllib.request.Request(url, headers={"Authorization": "token " + os.environ["JUPYTERHUB_API_TOKEN"]})
    try:
        return urllib.request.urlopen(request).status
    except urllib.error.HTTPError as error:
        return error.code
base = os.environ["BDHAI_LEARN_URL"].removesuffix("services/learn/")
pages = [os.environ["BDHAI_LEARN_URL"] + "api/me", base + "hub/api/users", base + "hub/api/users/giangvien"]
print([status(page) for page in pages])
"""
    assert own_hub.execute("hocvien", learner, code).strip() == "[200, 403, 404]"


def test_jupyterlab_is_vietnamese_and_shows_learners_the_assignments_panel_only(own_hub, learner):
    with own_hub.api(learner) as api:
        setting = api.get("/user/hocvien/lab/api/settings/@jupyterlab/translation-extension:plugin").json()
        assert setting["schema"]["properties"]["locale"]["default"] == "vi_VN"
        page = api.get("/user/hocvien/lab").text
        config = json.loads(page.split('id="jupyter-config-data" type="application/json">')[1].split("</script>")[0])
        disabled = set(config["disabledExtensions"])
        assert {"@jupyter/nbgrader:formgrader", "@jupyter/nbgrader:create-assignment"} <= disabled
        assert "@jupyter/nbgrader:assignment-list" not in disabled
        assert api.get("/user/hocvien/formgrader/api/assignments").status_code == 404
        (listed,) = api.get("/user/hocvien/assignments", params={"course_id": "demo"}).json()["value"]
        assert (listed["assignment_id"], listed["status"]) == ("mau", "fetched")


def test_what_is_handed_in_is_collected_under_the_right_name_only(own_hub, learner):
    form = {"course_id": "demo", "assignment_id": "mau"}
    with own_hub.api(learner) as api:
        assert api.post("/user/hocvien/assignments/submit", data=form).json()["success"]
    inbound = own_hub.state / "exchange" / "demo" / "inbound-by-learner"
    # The learner puts in a second one that claims to be somebody else's.
    own_hub.execute(
        "hocvien",
        learner,
        "import shutil, glob, os\nmine = glob.glob('/srv/bdhai/exchange/demo/inbound/hocvien+*')[0]\n"
        "shutil.copytree(mine, mine.replace('hocvien+', 'hoa+'))",
    )
    assert list(inbound.glob("hocvien/hoa+mau+*"))
    said = nbgrader(own_hub.state / "classes" / "demo", "collect", "mau")
    assert "claims to be of hoa" in said
    collected = {path.name for path in (own_hub.state / "classes" / "demo" / "submitted").iterdir()}
    assert "hocvien" in collected and "hoa" not in collected


def test_the_class_server_is_the_trainers_only(own_hub, learner):
    with own_hub.api(learner) as api:
        assert api.post("/hub/api/users/lop-demo/server").status_code in (403, 404)
    trainer = own_hub.token("giangvien")
    own_hub.start_server("lop-demo", trainer)
    try:
        with own_hub.api(learner) as api:
            assert api.get("/user/lop-demo/formgrader/").status_code == 403
        with own_hub.api(trainer) as api:
            landed = api.get("/user/lop-demo/")
            assert landed.url.path == "/user/lop-demo/formgrader/manage_assignments"
            assert landed.status_code == 200
            names = {item["name"] for item in api.get("/user/lop-demo/formgrader/api/assignments").json()}
            assert "mau" in names
        seen = _ask(
            own_hub,
            "lop-demo",
            trainer,
            "{'state': sorted(os.listdir(os.environ['BDHAI_STATE'])), 'home': sorted(os.listdir('.')), "
            "'grader': subprocess.run(['bdhai', '--help'], capture_output=True).returncode, "
            "'lessons': os.access('level1', os.W_OK), 'judge': os.access(" + repr(str(REPO / "grader")) + ", os.W_OK)}",
        )
        assert seen["state"] == ["classes", "exchange", "release"]
        assert {"lop", "level1"} <= set(seen["home"])
        assert (seen["grader"], seen["lessons"], seen["judge"]) == (0, True, False)
    finally:
        own_hub.stop_server("lop-demo", trainer)
