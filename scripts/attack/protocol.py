"""Attacks on the protocol: heads that two parsers read differently, chunks, slow and broken clients, odd methods."""
import concurrent.futures
import socket
import time

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
HEADS = [
    b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
    b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked \r\n\r\n0\r\n\r\n",
    b"POST /v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n",
    b"POST /v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    b"POST /v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    b"POST /v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    b"GET / HTTP/1.1\nHost: x\n\n", b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET http://evil/ HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/3.0\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00",
    b"GET / HTTP/1.1\r\nHost: x\r\nA: \x00\r\n\r\n", b"\r\n" * 1000, b"A" * 100_000,
    b"GET /" + b"a" * 60_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"A%d: b\r\n" % n for n in range(2_000)) + b"\r\n",
    b"TRACE / HTTP/1.1\r\nHost: x\r\nCookie: secret\r\n\r\n", b"CONNECT evil:443 HTTP/1.1\r\nHost: evil\r\n\r\n",
    b"PROPFIND / HTTP/1.1\r\nHost: x\r\n\r\n", b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
]
CHUNKS = [
    b"5\r\nabcde\r\n0\r\n\r\n", b"g\r\nabc\r\n", b"-1\r\nabc\r\n", b"ffffffffffffffff\r\nabc", b"7fffffffffffffff\r\nabc",
    b"5;" + b"x" * 10_000 + b"\r\nabcde\r\n0\r\n\r\n", b"5\nabcde\n0\n\n", b"5\r\nabcdefgh\r\n0\r\n\r\n", b"0\r\nA: b\r\n\r\n",
]


def exchange(shop, data, seconds=15, must_end=True):
    """What comes back until the server closes, or is silent after a part of it. The limit of a slow head is 10 s."""
    with socket.create_connection(("127.0.0.1", shop.port), timeout=seconds) as connection:
        answer = b""
        try:
            connection.sendall(data)
            while piece := connection.recv(65_536):
                answer += piece
                connection.settimeout(0.5)
        except TimeoutError:
            shop.check(f"silence for {seconds} s after {data[:120]!r}", answer or not must_end)
        except ConnectionError:
            pass  # It was cut off, which is an answer to bytes that are not HTTP.
        return answer


def run(shop, random, seconds, clock):
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda head: exchange(shop, head + SMUGGLED), HEADS))
    for head, answer in zip(HEADS, answers):
        is_smuggled = answer.startswith(b"HTTP/1.1 400") and b"HTTP/1.1 404" in answer
        shop.check(f"a request was smuggled behind {head[:100]!r}", not is_smuggled)
        shop.check(f"{head[:100]!r} was answered {answer[:40]!r}", not answer.startswith((b"HTTP/1.1 500", b"HTTP/1.1 502")))
    trace = exchange(shop, b"TRACE / HTTP/1.1\r\nHost: x\r\nCookie: secret\r\nConnection: close\r\n\r\n")
    shop.check(f"TRACE gives {trace[:60]!r}", b" 405 " in trace[:20] and b"secret" not in trace)
    for chunks in CHUNKS:
        start = b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        exchange(shop, start + chunks, 3, must_end=False)
    # Slow and broken clients beside a shopper.
    slow = []
    for _ in range(200):
        connection = socket.create_connection(("127.0.0.1", shop.port), timeout=10)
        connection.sendall(b"GET /search?q=dress HTTP/1.1\r\nHost: x\r\nA: ")
        slow.append(connection)
    for _ in range(10):
        answer = shop.get("/v1/search?q=dress")
        shop.check(f"beside slow clients: {answer.status} in {answer.seconds:.2f} s", answer.status == 200 and answer.seconds < 5)
        time.sleep(0.05)
    for connection in slow:
        connection.close()
    end = clock() + seconds
    while clock() < end:
        data = bytearray(random.choice(HEADS + [b"GET /v1/search?q=dress HTTP/1.1\r\nHost: x\r\n\r\n"])[:4_000])
        for _ in range(random.randrange(1, 8)):
            data[random.randrange(len(data))] = random.randrange(256)
        exchange(shop, bytes(data), 0.5, must_end=False)
    shop.expect_alive("the protocol attacks")
    answer = shop.get("/livez")
    shop.check("the shop is not well after the protocol attacks", answer.status == 200)
