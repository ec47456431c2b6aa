"""The sockets that outlive processes. What the processes do is in tests/doors/test_processes.py."""

import contextlib
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from gatelodge.main import supervisor
from gatelodge.main.supervisor import Listening, StartError
from gatelodge.settings import Settings


@contextlib.contextmanager
def listening(**settings):
    made = Listening(Settings(**{"data_port": 0, "aws_port": 0, **settings}))
    try:
        yield made
    finally:
        made.served()
        for sock in {*made.data, made.house}:
            sock.close()


def test_a_socket_for_each_worker_on_one_port():
    with listening(workers=3) as made:
        ports = {sock.getsockname()[1] for sock in made.data}
        assert len(made.data) == 3
        assert len(ports) == 1
        assert made.data_url("127.0.0.1") == f"http://127.0.0.1:{ports.pop()}"
        assert made.aws == f"http://127.0.0.1:{made.house.getsockname()[1]}"


def test_nobody_is_let_in_before_a_worker_serves():
    with listening() as made:
        address = made.data[0].getsockname()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address, timeout=5)


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="no IPv6 here")
def test_addresses_of_ipv6_stand_in_brackets():
    with listening(host="::1") as made:
        assert made.aws.startswith("http://[::1]:")
        assert made.data_url("::1").startswith("http://[::1]:")


@pytest.mark.parametrize("option", ["data_port", "aws_port"])
def test_a_port_that_is_taken(option):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartError) as told, listening(**{option: port}):
            pass
    words = f"--{option.replace('_', '-')}"
    assert f"cannot listen on 127.0.0.1 port {port}: " in str(told.value)
    assert str(told.value).endswith(f"choose another with {words}")


def test_a_port_that_another_gateway_serves_is_taken_too():
    """SO_REUSEPORT would let two gateways have it, each with a part of the calls."""
    with listening() as made:
        made.data[0].listen()  # as its worker does
        made.served()
        port = made.data[0].getsockname()[1]
        with pytest.raises(StartError), listening(data_port=port):
            pass


def test_of_many_that_start_at_once_one_gets_the_port():
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        port = chosen.getsockname()[1]
    begin = threading.Barrier(8)

    def start(_):
        begin.wait()
        try:
            made = Listening(Settings(data_port=port, aws_port=0, workers=2))
        except StartError as error:
            return error
        for sock in made.data:
            sock.listen()
        made.served()
        return made

    with ThreadPoolExecutor(8) as starting:
        results = list(starting.map(start, range(8)))
    through = [one for one in results if isinstance(one, Listening)]
    for made in through:
        for sock in {*made.data, made.house}:
            sock.close()
    assert len(through) == 1
    assert all("cannot listen on" in str(one) for one in results if one not in through)


def test_who_only_starts_holds_the_others_off(monkeypatch):
    monkeypatch.setattr(supervisor, "_CLAIM_SECONDS", 0.1)
    with listening() as made:
        port = made.data[0].getsockname()[1]
        with pytest.raises(StartError, match="about to listen"), listening(data_port=port):
            pass
        made.served()
    with listening(data_port=port):
        pass


def test_an_address_of_another_machine():
    with (
        pytest.raises(StartError, match=r"cannot listen on 192\.0\.2\.1"),
        listening(host="192.0.2.1"),
    ):
        pass
