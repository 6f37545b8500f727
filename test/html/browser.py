# SPDX-License-Identifier: MIT
"""A Chromium that is driven over WebDriver, and checks that are counted."""
import base64
import json
import urllib.request

failed = 0


def call(port, method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, method=method,
                                     headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=300) as answer:
        return json.load(answer)["value"]


class Browser:
    def __init__(self, port, page, width, dark=False, scripts=True):
        self.port = port
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                     "--disable-background-networking", "--disable-component-update", "--disable-sync",
                     "--hide-scrollbars"]
        if dark:
            arguments.append("--force-dark-mode")
        options = {"binary": "/usr/bin/chromium", "args": arguments,
                   "mobileEmulation": {"deviceMetrics": {"width": width, "height": 900, "pixelRatio": 1}}}
        if not scripts:
            options["prefs"] = {"profile.managed_default_content_settings.javascript": 2}
        capabilities = {"browserName": "chrome", "goog:chromeOptions": options,
                        "goog:loggingPrefs": {"browser": "ALL"}}
        self.path = "/session/" + self.call("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})["sessionId"]
        if dark:
            self.command("Emulation.setEmulatedMedia",
                         {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
        self.call("POST", self.path + "/url", {"url": page})

    def call(self, method, path, body=None):
        return call(self.port, method, path, body)

    def command(self, name, params):
        return self.call("POST", self.path + "/goog/cdp/execute", {"cmd": name, "params": params})

    def run(self, script):
        return self.call("POST", self.path + "/execute/sync", {"script": script, "args": []})

    def type(self, text):
        element = self.run("return document.getElementById('search')")
        key = list(element.values())[0]
        self.call("POST", f"{self.path}/element/{key}/clear", {})
        self.call("POST", f"{self.path}/element/{key}/value", {"text": text})

    def press(self, *keys):
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.call("POST", self.path + "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def screenshot(self, path):
        picture = base64.b64decode(self.call("GET", self.path + "/screenshot"))
        with open(path, "wb") as file:
            file.write(picture)
        return len(picture)

    def console(self):
        return [entry["message"] for entry in self.call("POST", self.path + "/se/log", {"type": "browser"})]

    def close(self):
        self.call("DELETE", self.path)


def check(good, what):
    global failed
    if not good:
        failed += 1
        print("FAIL", what)
