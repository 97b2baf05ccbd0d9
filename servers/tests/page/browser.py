"""The page in a real browser, against the real servers.

    python3 browser.py http://127.0.0.1:8001 http://127.0.0.1:8002 FOLDER

Needs selenium, chromium and chromedriver. Screenshots of both themes, at two widths, go to FOLDER.
"""

import json
import shutil
import sys
import threading
import time
import urllib.error
import urllib.request

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

ASYNC, BLOCKING, FOLDER = sys.argv[1:]
DEADLINE = 30


def start_browser():
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome")
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))


def ask(target):
    """Sends a request and does not wait for its answer."""
    threading.Thread(target=lambda: urllib.request.urlopen(ASYNC + target).read(), daemon=True).start()


def eventually(what, look):
    until = time.monotonic() + DEADLINE
    while time.monotonic() < until:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for {what}")


class Page:
    def __init__(self, browser):
        self.browser = browser
        self.asked = []

    def run(self, script, *arguments):
        return self.browser.execute_script("return " + script, *arguments)

    def text(self, name):
        return self.run("document.getElementById(arguments[0]).textContent", name)

    def click(self, name):
        self.browser.find_element("id", name).click()

    def press(self, *keys, shift=False):
        self.run("void document.activeElement.blur()")
        actions = ActionChains(self.browser)
        if shift:
            actions.key_down(Keys.SHIFT)
        for key in keys:
            actions.send_keys(key)
        if shift:
            actions.key_up(Keys.SHIFT)
        actions.perform()
        self.settle()

    def settle(self):
        """Waits until what is shown is what there is to show."""
        self.browser.execute_async_script("const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done))")

    def picture(self):
        """All that the page shows of one moment."""
        self.settle()
        names = ["now", "sentence", "queue", "tasks", "sockets", "armed", "why", "past", "file", "source"]
        shown = {name: self.text(name) for name in names}
        # How many more there are grows while recording goes on.
        shown["now"] = shown["now"].split(" (")[0]
        shown["dots"] = self.dots()
        return shown

    def dots(self):
        """The timers on the wheel, and the level and slot of each."""
        return self.run("[...document.querySelectorAll('#wheel .timer')].map((dot) => [dot.dataset.key, dot.dataset.place])")

    def events(self, kind):
        return self.run("story.events.filter((e) => e.event === arguments[0])", kind)

    def requests(self):
        """Whom the browser has asked so far."""
        for entry in self.browser.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                self.asked.append(message["params"]["request"]["url"])
        return self.asked


def loads(page):
    page.browser.get(ASYNC + "/loop")
    eventually("the page to be live", lambda: page.text("status") == "live")
    eventually("a first state", lambda: page.run("document.querySelectorAll('#tasks li').length") >= 2)
    assert "accept" in page.text("tasks"), page.text("tasks")


def leaves_itself_out(page):
    time.sleep(1)
    before = page.run("story.events.length")
    time.sleep(1.5)
    assert page.run("story.events.length") == before, "it shows what it does itself"


def shows_a_timer_and_its_cascade(page):
    urllib.request.urlopen(ASYNC + "/activer").read()
    now = eventually("the loop's time", lambda: page.events("request_end"))[-1]["time"]
    # Due in the middle of a later slot of level 2, which is 4.096 s wide: so it has to come down. Not so soon that it has
    # done so before anybody could look.
    until_then = 4.096 - now % 4.096
    if until_then < 2:
        until_then += 4.096
    ask(f"/sleeper?seconds={until_then + 1.5:.3f}")
    asked = eventually("the request", lambda: [e for e in page.events("request_begin") if "/sleeper" in e["target"]])[0]
    armed = eventually("the timer", lambda: [e for e in page.events("timer_armed") if e["seq"] > asked["seq"]])[0]
    name = str(armed["timer"])
    place = lambda: dict(page.dots()).get(name)
    eventually("the timer on the wheel", lambda: place() == f"{armed['level']}.{armed['slot']}")
    assert armed["level"] == 2, armed
    eventually("its cascade", lambda: (place() or "9")[0] < "2")
    eventually("its end", lambda: place() is None)
    moves = [e for e in page.events("timer_moved") if e["timer"] == armed["timer"]]
    assert [e["level"] for e in moves] in ([1], [1, 0], [0]), moves
    assert any("async_server.rs" in e["place"] for e in page.events("timer_armed"))
    page.run("go(story.events.findIndex((e) => e.seq === arguments[0]) + 1)", armed["seq"])
    eventually("the line of the sleep", lambda: "sleep(time)" in page.run("document.querySelector('#source .lit')?.textContent ?? ''"))
    assert "arms timer tm" in page.text("sentence")


def goes_back_and_forth(page):
    page.run("go(story.events.length, true)")
    for _ in range(3):
        urllib.request.urlopen(ASYNC + "/activer").read()
    time.sleep(0.5)
    page.press(" ")
    there = page.run("at")
    assert not page.run("following")
    before = page.picture()
    page.press(*[Keys.ARROW_LEFT] * 10)
    assert page.run("at") == there - 10
    assert page.picture()["now"] != before["now"]
    urllib.request.urlopen(ASYNC + "/activer").read()
    eventually("recording to go on", lambda: page.run("story.events.length") > there)
    page.press(*[Keys.ARROW_RIGHT] * 10)
    assert page.run("at") == there
    after = page.picture()
    assert after == before, {name: (before[name], after[name]) for name in before if before[name] != after[name]}
    # A turn back, and on: there a turn begins.
    page.press(Keys.ARROW_LEFT, shift=True)
    assert page.run("story.events[at - 1].event") == "turn_begin"
    turn = page.run("story.events[at - 1].tick")
    page.press(Keys.ARROW_RIGHT, shift=True)
    assert page.run("story.events[at - 1].tick") > turn
    # A link leads to a turn.
    page.run("void (location.hash = `#tick=${arguments[0]}`)", turn)
    eventually("the turn of the link", lambda: page.run("story.events[at - 1].tick") == turn)


def tells_the_story_of_a_task(page):
    asked = page.events("request_begin")[-1]
    page.run("go(story.events.findIndex((e) => e.seq === arguments[0]) + 1)", asked["seq"])
    page.settle()
    page.browser.find_element("css selector", f"#tasks li[data-key='{asked['task']}'] button").click()
    page.settle()
    assert "begins to serve GET /activer" in page.text("past"), page.text("past")
    assert "became readable" in page.text("why"), page.text("why")
    page.run("choose(null)")


def opens_its_own_recording(page):
    page.run("open('no recording', 'hello')")
    assert "not a recording" in page.text("status")
    events = page.run("story.events.length")
    ask("/activer")
    eventually("the loop to be shown all the same", lambda: page.run("story.events.length") > events)
    page.run("go(at)")
    # Asked for at once: recording goes on.
    text = page.run("story.events.map((e) => JSON.stringify(e)).join('\\n')")
    events = len(text.split("\n"))
    page.run("open('saved.jsonl', arguments[0])", text)
    page.settle()
    assert page.text("status") == "recording: saved.jsonl"
    assert page.run("story.events.length") == events
    page.run("void ($('speed').value = '1', go(0), play())")
    eventually("it to be played", lambda: page.run("at") > 5)
    page.run("open('cut.jsonl', arguments[0])", text[:-9])
    name = f"recording: cut.jsonl, {events - 1} of {events} events"
    assert page.text("status") == name
    page.run("open('no recording', 'hello')")
    assert "not a recording" in page.text("status") and page.run("story.events.length") == events - 1
    eventually("the name of the recording that is still shown", lambda: page.text("status") == name)
    loads(page)


def says_that_the_loop_is_blocked(page):
    ask("/blocker?seconds=2")
    eventually("the silence to be told", lambda: "the loop has been blocked for" in page.text("status"))
    told = eventually("the culprit", lambda: page.text("status") if "was blocked for 2" in page.text("status") else None)
    assert " by T" in told and "conn" in told, told


def asks_both_servers(page):
    page.click("tab-order")
    seconds = page.browser.find_element("id", "seconds")
    seconds.clear()
    seconds.send_keys("2.5")
    page.click("experiment")
    eventually("the verdict", lambda: page.text("verdict"))
    rows = page.run("requests.map((r) => [r.name, r.route, r.end - r.begin, r.served, r.begin])")
    assert len(rows) == 4, rows
    assert page.run("document.querySelectorAll('#requests .request').length") == 4
    took = {(name, route): (ms, served) for name, route, ms, served, _ in rows}
    for name in ("async", "blocking"):
        assert took[name, "sleeper"][0] >= 2490 and took[name, "sleeper"][1] >= 2490, rows
    assert took["async", "activer"][0] < 1000, rows
    # It waited, and was not served meanwhile.
    assert took["blocking", "activer"][0] > 1000 and took["blocking", "activer"][1] < 100, rows
    hatched = page.run("[...document.querySelectorAll('#requests .request')].map((row) => row.querySelector('.waiting').getBoundingClientRect().width)")
    assert hatched[3] > 5 * max(hatched[:3]), hatched


def looks_good(page):
    for theme in ("light", "dark"):
        page.browser.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": theme}]})
        for width in (1280, 390):
            for tab in ("loop", "order"):
                page.run("tab(arguments[0])", tab)
                size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
                page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
                size["height"] = page.run("document.documentElement.scrollHeight")
                page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
                page.settle()
                time.sleep(0.5)
                assert page.run("document.documentElement.scrollWidth") <= width, f"wider than {width}"
                page.browser.save_screenshot(f"{FOLDER}/{tab}-{theme}-{width}.png")


def can_be_used_by_name(page):
    """Every control has a name for those who do not see it."""
    page.run("tab('loop')")
    for element in page.browser.find_elements("css selector", "button, select, input"):
        if element.is_displayed():
            assert element.accessible_name.strip(), element.get_attribute("outerHTML")
    assert page.browser.find_element("id", "wheel").accessible_name.startswith("timer wheel: ")


def asks_nobody_else(page):
    for url in page.requests():
        assert url.startswith((ASYNC + "/", BLOCKING + "/", "data:", "blob:", "chrome:", "about:")), url
    severe = [entry for entry in page.browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert not severe, severe


def comes_in_when_there_is_room(page):
    page.browser.get("about:blank")
    others = []
    # The place of the page itself is free a moment later.
    until = time.monotonic() + 2
    while time.monotonic() < until:
        try:
            others.append(urllib.request.urlopen(ASYNC + "/loop/events"))
        except urllib.error.HTTPError as refused:
            assert refused.status == 503, refused
            time.sleep(0.1)
    page.browser.get(ASYNC + "/loop")
    eventually("the page to be refused", lambda: "no loop is shown" in page.text("status"))
    others.pop().close()
    eventually("the page to be live", lambda: page.text("status") == "live")
    for other in others:
        other.close()


STEPS = [
    loads, leaves_itself_out, shows_a_timer_and_its_cascade, goes_back_and_forth, tells_the_story_of_a_task,
    opens_its_own_recording, says_that_the_loop_is_blocked, asks_both_servers, looks_good, can_be_used_by_name,
    asks_nobody_else, comes_in_when_there_is_room,
]


def main():
    browser = start_browser()
    try:
        page = Page(browser)
        for step in STEPS:
            started = time.monotonic()
            step(page)
            print(f"{step.__name__}: {time.monotonic() - started:.1f} s", flush=True)
    finally:
        browser.quit()


main()
