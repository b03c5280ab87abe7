#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Requests whose bodies take their time.

  slow.py URL METHOD PATH COUNT SECONDS [HEADER]... < BODY
                COUNT at once, each sends half of the body, waits, and sends
                the rest; prints the status of each answer, sorted
"""

import http.client
import sys
import threading
import time
import urllib.parse


def send(url, method, path, seconds, headers, body, statuses):
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
    connection.putrequest(method, url.path + path)
    connection.putheader("User-Agent", "slow")
    for header in headers:
        name, value = header.split(":", 1)
        connection.putheader(name, value.strip())
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders()
    half = len(body) // 2
    connection.send(body[:half])
    time.sleep(seconds)
    connection.send(body[half:])
    statuses.append(str(connection.getresponse().status))


def main():
    url, method, path, count, seconds, *headers = sys.argv[1:]
    body = sys.stdin.buffer.read()
    statuses = []
    arguments = (urllib.parse.urlsplit(url), method, path, float(seconds), headers, body, statuses)
    threads = [threading.Thread(target=send, args=arguments) for _ in range(int(count))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(" ".join(sorted(statuses)))


if __name__ == "__main__":
    main()
