#!/bin/sh
# SPDX-License-Identifier: MIT
# picture.sh - make share/pictures/maps.png anew: the maps of armeld's report on 13 plugins.
set -eu

cd "$(dirname "$0")/../.."
work=build/html-picture
test/need.sh html
test/corpus/make.sh real
mkdir -p "$work"
build/armeld inspect -n 1 --html "$work/report.html" build/corpus/real-release >/dev/null
chromedriver --port=0 >"$work/driver.log" 2>&1 &
driver=$!
trap 'kill $driver' EXIT
until port=$(sed -n 's/.*started successfully on port \([0-9]*\).*/\1/p' "$work/driver.log") && [ -n "$port" ]; do
	sleep 0.1
done
python3 - "$port" "file://$PWD/$work/report.html" share/pictures/maps.png <<'END'
import base64, json, sys, urllib.request
port, page, picture = sys.argv[1:]
def call(method, path, body=None):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", None if body is None else json.dumps(body).encode(),
                                     method=method, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=300) as answer:
        return json.load(answer)["value"]
arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
             "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1100,1200"]
session = "/session/" + call("POST", "/session", {"capabilities": {"alwaysMatch": {
    "browserName": "chrome", "goog:chromeOptions": {"binary": "/usr/bin/chromium", "args": arguments}}}})["sessionId"]
call("POST", session + "/url", {"url": page})
call("POST", session + "/execute/sync", {"script": "document.querySelector('.bar').remove();"
     "document.querySelector('.maps').closest('section').style.padding = '1rem';"
     "Array.from(document.querySelectorAll('.tools button')).find((button) => button.textContent === 'By crate').click();"
     "document.activeElement.blur(); return new Promise((done) => setTimeout(done, 500))", "args": []})
element = list(call("POST", session + "/element", {"using": "css selector", "value": "section"}).values())[0]
open(picture, "wb").write(base64.b64decode(call("GET", f"{session}/element/{element}/screenshot")))
call("DELETE", session)
END
ls -l share/pictures/maps.png
