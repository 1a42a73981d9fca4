"""From the first answer to the shown result."""

from concurrent.futures import ThreadPoolExecutor

from tests.hub_config.learn.installation import KEY, Q1, Q2, answers, learn_service, wait_for_result


def test_does_an_answer_come_back_on_another_device(service):
    with service.as_learner() as phone, service.as_learner() as pc:
        saved = phone.put(f"api/answers/{KEY}", json=answers(q1=Q1))
        assert saved.status_code == 200
        record = pc.get(f"api/answers/{KEY}").json()
    assert record["answers"]["q1"]["value"] == Q1
    assert record["version"] == saved.json()["version"] == 1
    assert record["now"] > record["answers"]["q1"]["at"]


def test_does_the_later_of_two_devices_stand_though_its_clock_is_wrong(client):
    right, wrong = "2026-11-24T03:00:00.000Z", "2020-01-01T00:00:05.000Z"
    client.put(f"api/answers/{KEY}", json=answers(at=right, q1={"kind": "choice", "picked": ["A"]}))
    later = answers(at=wrong, q1=Q1)  # given five years "earlier", by a clock that is five years slow
    record = client.put(f"api/answers/{KEY}", json=later).json()
    assert record["answers"]["q1"]["value"] == Q1
    assert record["version"] == 2


def test_does_an_answer_from_the_future_not_lock_out_later_ones(client):
    body = answers(q1={"kind": "choice", "picked": ["A"]})
    body["answers"]["q1"]["at"] = "2999-01-01T00:00:00.000Z"
    client.put(f"api/answers/{KEY}", json=body)
    fresh = client.get(f"api/answers/{KEY}").json()["now"]
    record = client.put(f"api/answers/{KEY}", json=answers(at=fresh, q1=Q1)).json()
    assert record["answers"]["q1"]["value"] == Q1


def test_does_repeating_an_answer_leave_the_version(client):
    first = client.put(f"api/answers/{KEY}", json=answers(q1=Q1)).json()
    again = client.put(f"api/answers/{KEY}", json=answers(at="2026-11-24T03:00:07.000Z", q1=Q1)).json()
    assert again["version"] == first["version"]
    assert again["answers"] == first["answers"]


def test_do_two_devices_at_a_time_lose_nothing(service):
    ids = ["p1", "q1", "q2", "today"]
    values = {"p1": {"kind": "choice", "picked": ["A"]}, "q1": Q1, "q2": Q2, "today": {"kind": "done", "done": True}}

    def send(id: str) -> int:
        with service.as_learner() as device:
            return device.put(f"api/answers/{KEY}", json=answers(**{id: values[id]})).status_code

    with ThreadPoolExecutor(8) as devices:
        assert set(devices.map(send, ids * 6)) == {200}
    with service.as_learner() as client:
        record = client.get(f"api/answers/{KEY}").json()
    assert {id: answer["value"] for id, answer in record["answers"].items()} == values
    assert record["version"] == len(ids)


def test_does_a_submission_give_points_and_reasons(client, workspace):
    record = client.put(f"api/answers/{KEY}", json=answers(q1={"kind": "choice", "picked": ["A"]}, q2=Q2)).json()
    answer = client.post(f"api/submissions/{KEY}", json={"schema": 1, "version": record["version"]})
    assert answer.status_code == 201
    receipt = answer.json()
    assert receipt["version"] == record["version"] and len(receipt["sha256"]) == 64
    assert (workspace.inbox("lop1", "hoa") / f"{receipt['receipt']}.json").exists()
    result = wait_for_result(client, receipt["receipt"])
    assert (result["state"], result["points"], result["max_points"]) == ("graded", 6, 10)
    assert result["questions"][0] == {
        "id": "q1",
        "points": 0,
        "max_points": 4,
        "sign": "wrong",
        "reasons": ["Chưa phải một."],
    }
    assert result["questions"][1]["sign"] == "right"


def test_is_a_version_that_is_no_longer_seen_refused_with_the_record(client):
    client.put(f"api/answers/{KEY}", json=answers(q1=Q1))
    client.put(f"api/answers/{KEY}", json=answers(q2=Q2))
    answer = client.post(f"api/submissions/{KEY}", json={"schema": 1, "version": 1})
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "answers_changed"
    assert answer.json()["record"]["version"] == 2
    assert client.get(f"api/results/{KEY}").json()["state"] == "none"


def test_does_every_class_of_a_learner_receive_the_submission(service, workspace):
    with service.as_learner("sen") as sen:
        version = sen.put(f"api/answers/{KEY}", json=answers(q1=Q1, q2=Q2)).json()["version"]
        receipt = sen.post(f"api/submissions/{KEY}", json={"schema": 1, "version": version}).json()["receipt"]
        assert wait_for_result(sen, receipt)["points"] == 10
    for class_id in ("lop1", "lop2"):
        assert (workspace.inbox(class_id, "sen") / f"{receipt}.json").exists()


def test_is_what_a_crash_left_waiting_graded_at_the_next_start(workspace):
    with learn_service(workspace) as service, service.as_learner() as client:
        service.app.state.service.worker.stop()  # as if the process died before grading
        version = client.put(f"api/answers/{KEY}", json=answers(q1=Q1, q2=Q2)).json()["version"]
        receipt = client.post(f"api/submissions/{KEY}", json={"schema": 1, "version": version}).json()["receipt"]
        assert client.get(f"api/results/{KEY}").json()["state"] == "grading"
    (workspace.state / "learn.db").rename(workspace.state / "lost.db")  # not even the database is needed
    with learn_service(workspace) as service, service.as_learner() as client:
        assert wait_for_result(client, receipt)["points"] == 10


def test_is_a_tampered_submission_refused_in_words(workspace):
    with learn_service(workspace) as service, service.as_learner() as client:
        service.app.state.service.worker.stop()
        version = client.put(f"api/answers/{KEY}", json=answers(q1=Q1)).json()["version"]
        receipt = client.post(f"api/submissions/{KEY}", json={"schema": 1, "version": version}).json()["receipt"]
    file = workspace.inbox("lop1", "hoa") / f"{receipt}.json"
    text = file.read_text("utf-8")
    assert '\\"B\\"' in text
    file.write_text(text.replace('\\"B\\"', '\\"A\\"'), "utf-8")
    with learn_service(workspace) as service, service.as_learner() as client:
        result = wait_for_result(client, receipt)
    assert result["state"] == "refused"
    assert "nộp lại" in result["message"]


def test_does_pressing_twice_give_one_receipt(service, client):
    service.app.state.service.worker.stop()
    body = {"schema": 1, "version": client.put(f"api/answers/{KEY}", json=answers(q1=Q1)).json()["version"]}
    first, second = (client.post(f"api/submissions/{KEY}", json=body).json() for _ in range(2))
    assert first == second


def test_does_a_learners_server_work_by_token(service):
    import httpx

    with httpx.Client(base_url=service.url, headers={"Authorization": "token hoa"}) as notebook:
        assert notebook.put(f"api/answers/{KEY}", json=answers(q1=Q1)).status_code == 200
        assert notebook.get("api/me").json() == {
            "name": "hoa",
            "display_name": "hoa",
            "audience": None,
            "classes": ["lop1"],
        }
