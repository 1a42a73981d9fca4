"""Does `bdhai bench assistant` measure what it says, here with few calls?"""

from grader.bench.assistant import bench_assistant


def test_are_all_streams_read_to_their_ends_and_all_figures_there():
    report = bench_assistant(lambda _step: None, streams=12, rounds=5)
    assert report["streams_held"] == 12 and report["streams"]["errors"] == 0 == report["streams_direct"]["errors"]
    for kind in ("request", "first_token"):
        figures = report[kind]
        assert figures["direct_ms"] > 0
        assert abs(figures["added_ms"] - (figures["through_ms"] - figures["direct_ms"])) < 0.03
        assert figures["added_ms"] == report[f"added_{kind}_ms"]
    assert report["streams"]["service_mb_peak"] >= report["streams"]["service_mb_before"] > 10
    assert set(report["shield_recall"]) == set(report["shield_false_alarms"])
    assert set(report["coach_recall"]) == set(report["coach_precision"])
