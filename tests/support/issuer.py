#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""An identity provider for tests: keys made by openssl, tokens, discovery.

    issuer.py keys DIR               rsa.pem, ec.pem, stranger.pem, jwks.json
    issuer.py serve DIR PORT         until DIR is gone; each request is a line of DIR/requests
    issuer.py sign DIR KEY CLAIMS [HEADER]
                                     a token; members of HEADER replace the usual ones, null drops one
"""

import base64
import hashlib
import hmac
import http.server
import json
import os
import subprocess
import sys
import threading
import time


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *arguments], input=data, check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def rsa_key(path, name):
    modulus = openssl("rsa", "-in", path, "-noout", "-modulus").decode().strip()
    return {"kty": "RSA", "use": "sig", "kid": name, "alg": "RS256", "e": encode(b"\1\0\1"),
            "n": encode(bytes.fromhex(modulus.split("=")[1]))}


def ec_key(path, name):
    point = openssl("ec", "-in", path, "-pubout", "-outform", "DER")[-64:]
    return {"kty": "EC", "crv": "P-256", "kid": name, "x": encode(point[:32]),
            "y": encode(point[32:])}


def make_keys(place):
    def at(name):
        return os.path.join(place, name)
    openssl("genrsa", "-out", at("rsa.pem"), "2048")
    openssl("genrsa", "-out", at("stranger.pem"), "2048")
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", at("ec.pem"))
    keys = [{"kty": "oct", "kid": "secret", "k": "c2VjcmV0"}, rsa_key(at("rsa.pem"), "rsa"),
            ec_key(at("ec.pem"), "ec")]
    with open(at("jwks.json"), "w", encoding="ascii") as stream:
        json.dump({"keys": keys}, stream)


def raw_ecdsa(der):
    """r and s of the sequence that openssl writes, 32 bytes each."""
    length = der[3]
    r, s = der[4:4 + length], der[6 + length:]
    return b"".join(n.lstrip(b"\0").rjust(32, b"\0") for n in (r, s))


def signature(place, key, header, text):
    path = os.path.join(place, key + ".pem")
    if header.get("alg") == "none":
        return b""
    if header.get("alg") == "HS256":
        # the public key as a secret, which a careless verifier would take
        secret = openssl("rsa", "-in", path, "-pubout")
        return hmac.new(secret, text, hashlib.sha256).digest()
    made = openssl("dgst", "-sha256", "-sign", path, data=text)
    return raw_ecdsa(made) if key == "ec" else made


def sign(place, key, claims, changes="{}"):
    header = {"typ": "JWT", "alg": "ES256" if key == "ec" else "RS256",
              "kid": "rsa" if key == "stranger" else key}
    header.update(json.loads(changes))
    header = {name: value for name, value in header.items() if value is not None}
    text = f"{encode(json.dumps(header).encode())}.{encode(claims.encode())}".encode()
    print(f"{text.decode()}.{encode(signature(place, key, header, text))}")


def serve(place, port):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            files = {"/.well-known/openid-configuration": "discovery.json", "/jwks": "jwks.json"}
            with open(os.path.join(place, "requests"), "a", encoding="ascii") as stream:
                print(self.path, file=stream)
            try:
                with open(os.path.join(place, files[self.path]), "rb") as stream:
                    answer = stream.read()
            except (KeyError, OSError):
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    base = f"http://127.0.0.1:{port}"
    with open(os.path.join(place, "discovery.json"), "w", encoding="ascii") as stream:
        json.dump({"issuer": base, "jwks_uri": f"{base}/jwks"}, stream)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    while os.path.isdir(place):
        time.sleep(0.5)


if __name__ == "__main__":
    {"keys": make_keys, "serve": serve, "sign": sign}[sys.argv[1]](*sys.argv[2:])
