"""Do groups and roles follow from the roster?"""

import sqlite3

import pytest

from hub_config.classes import ClassRoom, class_of_server, ensure_demo_class, hub_groups, load_classes
from hub_config.hub_database import forget_left_members
from hub_config.roles import hub_roles
from hub_config.settings import SettingsError


def test_the_demo_class(settings):
    ensure_demo_class(settings.classes_file)
    (room,) = load_classes(settings.classes_file)
    assert (room.name, room.learners, room.trainers, room.writers) == ("demo", ("hocvien",), ("giangvien",), True)
    assert hub_groups([room]) == {
        "nbgrader-demo": {"users": ["hocvien"]},
        "formgrade-demo": {"users": ["giangvien"]},
        "server-demo": {"users": ["lop-demo"]},
    }


def test_an_edited_roster_is_kept(settings):
    settings.state.mkdir()
    settings.classes_file.write_text("xa-a:\n  title: Xã A\n  learners: [lan]\n", encoding="utf-8")
    ensure_demo_class(settings.classes_file)
    assert [room.title for room in load_classes(settings.classes_file)] == ["Xã A"]


@pytest.mark.parametrize(
    "text",
    [
        "../x:\n  learners: []",
        "a:\n  learners: [lop-b]",
        "a:\n  learners: [../../etc]",
        "a:\n  pupils: []",
        "- a",
        "a: [",
    ],
)
def test_names_that_would_reach_elsewhere_are_refused(settings, text):
    settings.state.mkdir()
    settings.classes_file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError):
        load_classes(settings.classes_file)


def test_only_the_classes_trainers_open_its_server():
    rooms = [ClassRoom(name="a"), ClassRoom(name="b")]
    roles = {role["name"]: role for role in hub_roles(rooms)}
    assert roles["trainer-a"]["groups"] == ["formgrade-a"]
    assert set(roles["trainer-a"]["scopes"]) == {
        "read:users:name!user=lop-a",
        "servers!user=lop-a",
        "access:servers!user=lop-a",
    }
    assert class_of_server(rooms, "lop-b") == rooms[1]
    assert class_of_server(rooms, "lop-c") is None


def test_a_server_token_reaches_learn_and_the_assistant_and_nothing_more():
    (server,) = [role for role in hub_roles([]) if role["name"] == "server"]
    assert set(server["scopes"]) == {
        "users:activity!user",
        "access:servers!server",
        "access:services!service=learn",
        "access:services!service=assistant",
    }


def test_who_left_the_roster_leaves_the_group(tmp_path):
    file = tmp_path / "hub.sqlite"
    with sqlite3.connect(file) as database:
        database.executescript(
            "create table users (id integer, name text); create table groups (id integer, name text);"
            "create table user_group_map (user_id integer, group_id integer);"
            "insert into users values (1, 'lan'), (2, 'hoa'); insert into groups values (7, 'formgrade-a');"
            "insert into user_group_map values (1, 7), (2, 7);"
        )
    assert forget_left_members(file, {"formgrade-a": {"users": ["hoa"]}}) == 1
    with sqlite3.connect(file) as database:
        assert database.execute("select user_id from user_group_map").fetchall() == [(2,)]
    assert forget_left_members(tmp_path / "none.sqlite", {}) == 0
