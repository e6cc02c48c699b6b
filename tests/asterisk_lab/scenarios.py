"""The lab's calls and their truth. Numbers are invented; extensions and queues are those of ``templates/office``."""

from __future__ import annotations

from tests.asterisk_lab.scripts import DESK_PHONE, MOBILE, Call, Case, Phone, Script, Truth

SPEECH = "queue-thankyou&queue-callswaiting&queue-thankyou&queue-callswaiting"
BLACKLIST = ("79000000207", "79000000407")
REFUSED_AT_ONCE = ("79000000407",)  # of the blacklist: without answering
CLOSED_LINES = ("74950000108",)
TRANSFERRED = frozenset({"transferred"})

# Before the office opens. What its hours decide is after_hours alone; the others fill the rest of the minute.
CLOSED = (
    Script("after_hours", "An announcement says that the office is closed.", 0, (
        Call("108", "79000000108", "74950000108", 30, Truth("closed")),
    ), Case("open", why="closed")),
    Script("attended_transfer", "The agent asks a colleague first, then hands the call over.", 0, (
        Call("204", "79000000204", "74950000111", 40,
             Truth("answered", ("108", "133"), flags=TRANSFERRED, queue="repairs"),
             (Phone("108", ring=1, talk=2, then="attended", target="133", after=4), Phone("133", ring=1, talk=8)),
             seen_as={"133": "108"}),
    )),
    Script("rejected", "A blacklisted caller hears that the number is not in service.", 0, (
        Call("207", "79000000207", "74950000103", 30, Truth("rejected")),
    )),
    Script("outbound_busy", "An employee dials a subscriber who is engaged.", 0, (
        Call("408", "121", "79000000408", 30, Truth("busy", direction="outbound"),
             (Phone("79000000408", "busy", 1),), seen_as={"79000000408": "74950000101"}),
    )),
    Script("internal_unanswered", "An employee rings a colleague who is away.", 0, (
        Call("409", "113", "136", 5, Truth("no_answer", direction="internal")),
    )),
)  # fmt: skip

FIRST = (
    Script("answered_from_queue", "A queue answers, greets, and Anna takes the call.", 1, (
        Call("101", "79000000101", "74950000101", 30, Truth("answered", ("101",), queue="sales"),
             (Phone("101", ring=2, talk=4),)),
    )),
    Script("abandoned_in_menu", "The caller hangs up while the menu talks.", 1, (
        Call("102", "79000000102", "74950000102", 3, Truth("abandoned_in_ivr")),
    )),
    Script("ring_group", "Three phones ring, the second answers: one call.", 1, (
        Call("103", "79000000103", "74950000103", 6, Truth("answered", ("112",)),
             (Phone("112", ring=2, then="stay"),)),
    )),
    Script("nobody_answers", "One phone rings, nobody comes, the exchange gives up.", 1, (
        Call("104", "79000000104", "74950000104", 30, Truth("no_answer")),
    ), Case("open")),
    Script("engaged", "The phone is busy.", 1, (
        Call("105", "79000000105", "74950000105", 30, Truth("busy"), (Phone("122", "busy", 0),)),
    ), Case("open", why=None)),
    Script("message_left", "Nobody comes, the mailbox takes a message.", 1, (
        Call("106", "79000000106", "74950000106", 16, Truth("voicemail", message=True), speech=SPEECH),
    ), Case("open")),
    Script("left_ringing_queue", "A queue that never answered itself; the caller leaves while a phone rings.", 1, (
        Call("107", "79000000107", "74950000107", 5.5, Truth("abandoned_in_queue", queue="desk")),
    ), Case("open")),
    Script("member_through_dialplan", "A queue reaches its members by way of the dialplan; Galina answers.", 1, (
        Call("110", "79000000110", "74950000113", 30, Truth("answered", ("124",), queue="branch"),
             (Phone("124", ring=2, talk=3),)),
    )),
    Script("withheld_answered", "A caller without a number is answered from a queue.", 1, (
        Call("109", "79000000109", "74950000112", 30, Truth("answered", ("109",), queue="service"),
             (Phone("109", ring=1, talk=3),), withheld=True),
    )),
)  # fmt: skip

SECOND = (
    Script("abandoned_in_queue", "The queue has answered, no agent does; the caller hangs up.", 2, (
        Call("201", "79000000201", "74950000101", 7.5, Truth("abandoned_in_queue", queue="sales")),
    ), Case("open")),
    Script("menu_then_queue", "Key 1 in the menu, then an agent.", 2, (
        Call("202", "79000000202", "74950000102", 30, Truth("answered", ("103",), queue="support"),
             (Phone("103", ring=1, talk=3),), keys="1"),
    )),
    Script("blind_transfer", "The agent hands the call on by keys; the colleague answers.", 2, (
        Call("203", "79000000203", "74950000110", 40,
             Truth("answered", ("106", "132"), flags=TRANSFERRED, queue="orders"),
             (Phone("106", ring=1, talk=2, then="blind", target="132"), Phone("132", ring=1, talk=4))),
    )),
    Script("overflow_to_manager", "The queue gives up; the manager's phone is tried and answered.", 2, (
        Call("205", "79000000205", "74950000109", 40, Truth("answered", ("131",), queue="reserve"),
             (Phone("131", ring=1, talk=3),)),
    )),
    Script("greeting_only", "The caller hears the mailbox's greeting and leaves nothing.", 2, (
        Call("206", "79000000206", "74950000106", 5.6, Truth("no_answer", message=False)),
    ), Case("open")),
    Script("refused_by_trunk", "The trunk takes no such call: the exchange's dialplan never sees it.", 2, (
        Call("208", "79000000208", "74950000103", 30, Truth("never_arrived", arrived=False), route="office-refused"),
    ), Case("open", why="network")),
    Script("first_in_line", "The only agent of a queue takes the first caller.", 2, (
        Call("211", "79000000211", "74950000115", 30, Truth("answered", ("128",), queue="single"),
             (Phone("128", ring=1, talk=5),)),
    )),
    Script("second_in_line", "The second caller waits until the agent is free.", 2, (
        Call("212", "79000000212", "74950000115", 30, Truth("answered", ("128",), queue="single"),
             (Phone("128", ring=1, talk=2),), pause=2),
    )),
    Script("left_members_ringing", "Members ring by way of the dialplan; the caller leaves.", 2, (
        Call("213", "79000000213", "74950000113", 6.5, Truth("abandoned_in_queue", queue="branch")),
    ), Case("open")),
    Script("gets_through_later", "The caller gives up, rings again and is answered.", 2, (
        Call("209a", "79000000209", "74950000112", 5.5, Truth("abandoned_in_queue", queue="service")),
        Call("209b", "79000000209", "74950000112", 30, Truth("answered", ("109",), queue="service"),
             (Phone("109", ring=1, talk=3),), pause=1.5),
    ), Case("self_recovered")),
    Script("direct_answered", "Straight to a phone that answers.", 2, (
        Call("210", "79000000210", "74950000104", 30, Truth("answered", ("121",)), (Phone("121", ring=2, talk=3),)),
    )),
)  # fmt: skip

THIRD = (
    Script("transfer_nobody", "Handed on to a phone where nobody comes.", 3, (
        Call("301", "79000000301", "74950000110", 40, Truth("answered", ("106",), flags=TRANSFERRED, queue="orders"),
             (Phone("106", ring=1, talk=2, then="blind", target="135"),)),
    )),
    Script("transfer_by_phone", "The agent's phone hands the call on itself (REFER).", 3, (
        Call("302", "79000000302", "74950000111", 40,
             Truth("answered", ("108", "132"), flags=TRANSFERRED, queue="repairs"),
             (Phone("108", ring=1, talk=2, then="refer", target="132"), Phone("132", ring=1, talk=3))),
    )),
    Script("attended_by_phone", "The telephone itself asks a colleague and joins the two (REFER with Replaces).", 3, (
        Call("312", "79000000312", "74950000118", 40, Truth("answered", (DESK_PHONE, "138"), flags=TRANSFERRED),
             (Phone(DESK_PHONE, ring=1, talk=2, then="attended", target="138", after=2),
              Phone("138", ring=1, talk=6)),
             seen_as={"138": DESK_PHONE}),
    )),
    Script("returned", "Lost in the queue; an agent rings back and they talk.", 3, (
        Call("303a", "79000000303", "74950000101", 6.5, Truth("abandoned_in_queue", queue="sales")),
        Call("303b", "101", "79000000303", 30, Truth("answered", ("101",), "outbound"),
             (Phone("79000000303", ring=2, talk=3),), seen_as={"79000000303": "74950000101"}, pause=1),
    ), Case("recovered")),
    Script("returned_by_click", "Nobody came; an employee clicks the number, talks, and the case is closed.", 3, (
        Call("311a", "79000000311", "74950000104", 4.5, Truth("no_answer")),
        Call("311b", "114", "79000000311", 30, Truth("answered", ("114",), "outbound"),
             (Phone("114", ring=1, then="stay"), Phone("79000000311", ring=2, talk=3)),
             seen_as={"79000000311": "74950000101", "114": "79000000311"}, pause=1, by_click=True),
    ), Case("recovered")),
    Script("returned_in_vain", "Engaged; the call-back finds nobody, the case stays open.", 3, (
        Call("304a", "79000000304", "74950000105", 30, Truth("busy"), (Phone("122", "busy", 0),)),
        Call("304b", "122", "79000000304", 5, Truth("no_answer", direction="outbound"), pause=1),
    ), Case("open", why=None)),
    Script("agent_goes_on_talking", "The only agent of a queue has a longer talk.", 3, (
        Call("313", "79000000313", "74950000115", 30, Truth("answered", ("128",), queue="single"),
             (Phone("128", ring=1, talk=8),)),
    )),
    Script("left_while_agent_talks", "Meanwhile the next caller waits and leaves.", 3, (
        Call("314", "79000000314", "74950000115", 4, Truth("abandoned_in_queue", queue="single"), pause=3),
    ), Case("open", why="agent_on_call")),
    Script("internal_answered", "Two employees talk.", 3, (
        Call("305", "113", "136", 30, Truth("answered", ("136",), "internal"), (Phone("136", ring=1, talk=3),)),
    )),
    Script("overflow_to_mobile", "Queue and manager's phone give up; the manager's mobile answers.", 3, (
        Call("306", "79000000306", "74950000109", 40, Truth("answered", (MOBILE,), queue="reserve"),
             (Phone(MOBILE, ring=1, talk=3),)),
    )),
    Script("withheld_lost", "A caller without a number leaves the queue: counted, no case.", 3, (
        Call("307", "79000000307", "74950000107", 5.5, Truth("abandoned_in_queue", queue="desk"), withheld=True),
    )),
    Script("declined", "The called person presses the red key.", 3, (
        Call("308", "79000000308", "74950000104", 30, Truth("no_answer"), (Phone("121", "decline", 1),)),
    ), Case("open")),
    Script("insistent", "Two tries at a ring group, both in vain: one case.", 3, (
        Call("309a", "79000000309", "74950000103", 3.5, Truth("no_answer")),
        Call("309b", "79000000309", "74950000103", 4.5, Truth("no_answer"), pause=1),
    ), Case("open", tries=2)),
    Script("menu_timeout", "The caller presses nothing; the menu says goodbye.", 3, (
        Call("310", "79000000310", "74950000102", 40, Truth("abandoned_in_ivr")),
    )),
)  # fmt: skip

FOURTH = (
    Script("consultation_in_vain", "The colleague asked does not come; the agent goes on talking.", 4, (
        Call("401", "79000000401", "74950000111", 14, Truth("answered", ("108",), queue="repairs"),
             (Phone("108", ring=1, talk=2, then="attended", target="135", after=30),)),
    )),
    Script("lost_after_transfer", "Answered, handed on into a second queue, left there.", 4, (
        Call("402", "79000000402", "74950000110", 13,
             Truth("answered", ("106",), flags=frozenset({"transferred", "abandoned_after_answer"}), queue="service"),
             (Phone("106", ring=1, talk=2, then="blind", target="601"),)),
    )),
    Script("overflow_in_vain", "Queue, manager, mobile: nobody.", 4, (
        Call("403", "79000000403", "74950000109", 40, Truth("abandoned_in_queue", queue="reserve"),
             (Phone(MOBILE, "busy", 0),)),
    ), Case("open")),
    Script("ring_group_nobody", "Three phones ring, nobody comes.", 4, (
        Call("404", "79000000404", "74950000103", 30, Truth("no_answer")),
    ), Case("open")),
    Script("one_declines", "One agent declines, the other takes the call.", 4, (
        Call("405", "79000000405", "74950000101", 30, Truth("answered", ("102",), queue="sales"),
             (Phone("101", "decline", 1), Phone("102", ring=3, talk=3))),
    )),
    Script("second_round", "Nobody in the first round of the queue; the second agent answers in the next.", 4, (
        Call("406", "79000000406", "74950000102", 40, Truth("answered", ("104",), queue="support"),
             (Phone("104", ring=1, talk=3),), keys="1"),
    )),
    Script("rejected_at_once", "A blacklisted caller is refused without an answer.", 4, (
        Call("407", "79000000407", "74950000105", 30, Truth("rejected")),
    )),
    Script("not_plugged_in", "The telephone called is not there.", 4, (
        Call("411", "79000000411", "74950000114", 30, Truth("failed")),
    ), Case("open", why="network")),
    Script("put_out_of_queue", "The last agent goes on pause; the queue sends the caller away.", 4, (
        Call("412", "79000000412", "74950000116", 30, Truth("abandoned_in_queue", queue="pool"),
             pauses=((2.0, "pool", "126"),)),
    ), Case("open")),
    Script("out_by_key", "The caller leaves the queue by a key and is answered elsewhere.", 4, (
        Call("413", "79000000413", "74950000117", 30, Truth("answered", ("129",), queue="counter"),
             (Phone("129", ring=1, talk=3),), keys="0"),
    )),
    Script("left_at_once", "The caller hangs up within two seconds.", 4, (
        Call("410", "79000000410", "74950000107", 1.7, Truth("abandoned_in_queue", queue="desk")),
    ), Case("open")),
)  # fmt: skip

# Once more an ordinary answered call, so that every other call lies inside what both sides saw.
LAST = (
    Script("agent_on_pause", "The only agent is on pause; the caller waits and leaves.", 5, (
        Call("502", "79000000502", "74950000115", 5.5, Truth("abandoned_in_queue", queue="single"),
             pauses=((0.0, "single", "128"),)),
    ), Case("open", why="agent_paused")),
    Script("last_answered", "An ordinary call ends the session.", 5, (
        Call("501", "79000000501", "74950000104", 30, Truth("answered", ("121",)), (Phone("121", ring=1, talk=7),)),
    )),
)  # fmt: skip

SCRIPTS = (*CLOSED, *FIRST, *SECOND, *THIRD, *FOURTH, *LAST)
