"""The kinds of page in the handbook of Larkhill, and every wording of their facts.

It does not know how a page is put together. All of it is invented.
"""

from __future__ import annotations

from typing import Final

from .fact import Fact, Kind
from .values import clock, code, euros, one_of, person, weekday, whole

_POINTS: Final = one_of("the fountain", "the bicycle shed", "the north car park", "the flagpole", "the chestnut tree")

SITES: Final = Kind(
    "sites",
    (
        "Aarhus",
        "Bilbao",
        "Bremen",
        "Cork",
        "Dresden",
        "Gent",
        "Graz",
        "Leeds",
        "Lisbon",
        "Lyon",
        "Malmo",
        "Porto",
        "Turin",
        "Utrecht",
    ),
    "{name} office",
    (
        "This page is for everybody who works in or visits the {name} office.",
        "All that you need to know before your first day at the {name} office.",
    ),
    (
        Fact(
            "opens",
            clock(6, 8),
            ("Reception opens at {value}.", "The doors of the {name} office open at {value}."),
            ("When does the {name} office open?", "At what time does reception open in {name}?"),
        ),
        Fact(
            "manager",
            person,
            ("The site manager is {value}.", "{value} runs the {name} office as its site manager."),
            ("Who is the site manager in {name}?", "Who runs the {name} office?"),
        ),
        Fact(
            "parking",
            whole(12, 96, 4),
            (
                "There are {value} parking spaces behind the building.",
                "The garage in {name} has {value} parking spaces.",
            ),
            ("How many parking spaces are there in {name}?", "How many parking spaces does the {name} office have?"),
        ),
        Fact(
            "assembly",
            _POINTS,
            ("When the alarm sounds, gather at {value}.", "The assembly point of the {name} office is {value}."),
            (
                "Where is the assembly point of the {name} office?",
                "Where do we gather in {name} when the alarm sounds?",
            ),
        ),
        Fact(
            "canteen",
            clock(13, 15),
            ("The canteen serves lunch until {value}.", "In {name} the canteen closes at {value}."),
            ("Until when does the canteen in {name} serve lunch?", "When does the canteen in {name} close?"),
        ),
        Fact(
            "year",
            whole(1994, 2021),
            ("Larkhill moved in here in {value}.", "The {name} office was opened in {value}."),
            ("In what year was the {name} office opened?", "When did Larkhill move into the {name} office?"),
        ),
        Fact(
            "desk",
            one_of("ground floor", "first floor", "second floor", "third floor", "fourth floor"),
            ("The IT desk is on the {value}.", "In {name} you find the IT desk on the {value}."),
            ("On which floor is the IT desk in {name}?", "Where is the IT desk in the {name} office?"),
        ),
    ),
    (
        "Please wear your badge where people can see it.",
        "Visitors are met by whoever invited them.",
        "Plants are watered by the cleaning crew, so leave that to them.",
        "The kitchen belongs to all of us, and so does its dishwasher.",
        "Lost things end up in the box beside the copier.",
    ),
)

COUNTRIES: Final = Kind(
    "countries",
    ("Austria", "Belgium", "Denmark", "France", "Germany", "Ireland", "Italy", "Portugal", "Spain", "Sweden"),
    "Working in {name}",
    ("What your contract in {name} says, in plain words.", "The rules for everybody who is employed in {name}."),
    (
        Fact(
            "leave",
            whole(24, 34, 1, "{} days"),
            ("Everybody has {value} of paid leave a year.", "Employees in {name} get {value} of annual leave."),
            ("How many days of annual leave do employees in {name} get?", "How much paid leave is there in {name}?"),
        ),
        Fact(
            "notice",
            whole(4, 14, 1, "{} weeks"),
            ("The notice period is {value}.", "Whoever leaves in {name} gives {value} of notice."),
            ("How long is the notice period in {name}?", "How many weeks of notice must I give in {name}?"),
        ),
        Fact(
            "probation",
            one_of("two months", "three months", "four months", "five months", "six months"),
            ("Probation lasts {value}.", "In {name} the first {value} are a probation period."),
            ("How long does probation last in {name}?", "How long is the probation period in {name}?"),
        ),
        Fact(
            "payday",
            one_of("the 15th", "the 20th", "the 25th", "the 27th", "the 28th"),
            ("Salaries are paid on {value} of the month.", "Payday in {name} is {value} of each month."),
            ("When are salaries paid in {name}?", "On which day of the month is payday in {name}?"),
        ),
        Fact(
            "pension",
            whole(3, 11, 1, "{} percent"),
            (
                "Larkhill adds {value} of the salary to your pension.",
                "The employer’s pension share in {name} is {value}.",
            ),
            ("What percentage does Larkhill add to the pension in {name}?", "How high is the pension share in {name}?"),
        ),
        Fact(
            "meals",
            euros(4, 14, 1),
            (
                "Meal vouchers are worth {value} a day.",
                "For each working day in {name} there is a meal voucher of {value}.",
            ),
            ("How much is a meal voucher worth in {name}?", "What is the value of meal vouchers in {name}?"),
        ),
        Fact(
            "sick",
            one_of("first day", "second day", "third day", "fourth day", "fifth day"),
            (
                "A doctor’s note is needed from the {value} of illness.",
                "In {name}, hand in a sick note from the {value} on.",
            ),
            ("From which day is a doctor’s note needed in {name}?", "When do I need a sick note in {name}?"),
        ),
    ),
    (
        "The contract is what counts where this page is not clear.",
        "Ask before you sign anything that you do not understand.",
        "Changes of address go to payroll.",
        "Public holidays are in the calendar of each office.",
        "Part-time work is possible in nearly every role.",
    ),
)

TEAMS: Final = Kind(
    "teams",
    (
        "Atlas",
        "Beacon",
        "Cinder",
        "Delta",
        "Ember",
        "Falcon",
        "Garnet",
        "Harbor",
        "Indigo",
        "Juniper",
        "Kestrel",
        "Lantern",
        "Maple",
        "Nimbus",
        "Onyx",
        "Pebble",
        "Quartz",
        "Raven",
        "Saffron",
        "Thistle",
        "Umber",
        "Velvet",
        "Willow",
        "Xenon",
        "Yarrow",
        "Zephyr",
    ),
    "Team {name}",
    ("Who team {name} is and how to reach it.", "Team {name} introduces itself."),
    (
        Fact(
            "lead",
            person,
            ("The team is led by {value}.", "{value} leads team {name}."),
            ("Who leads team {name}?", "Who is the lead of team {name}?"),
        ),
        Fact(
            "meets",
            weekday,
            ("The weekly planning is on {value}.", "Team {name} plans its week every {value}."),
            ("On which day is the weekly planning of team {name}?", "On what day does team {name} plan its week?"),
        ),
        Fact(
            "size",
            whole(4, 19, 1, "{} people"),
            ("We are {value}.", "Team {name} has {value}."),
            ("How many people are in team {name}?", "How large is team {name}?"),
        ),
        Fact(
            "duty",
            one_of(
                "the search",
                "the checkout",
                "the warehouse robots",
                "the invoices",
                "the mobile app",
                "the returns desk",
                "the product photos",
                "the price engine",
                "the loyalty programme",
            ),
            ("We look after {value}.", "Team {name} is responsible for {value}."),
            ("What is team {name} responsible for?", "What does team {name} look after?"),
        ),
        Fact(
            "budget",
            euros(2000, 9500, 250),
            ("Our yearly training budget is {value}.", "Each year team {name} may spend {value} on training."),
            ("What is the training budget of team {name}?", "How much may team {name} spend on training each year?"),
        ),
        Fact(
            "oncall",
            one_of("one week", "two weeks", "three days", "five days"),
            ("An on-call shift lasts {value}.", "In team {name}, one on-call shift lasts {value}."),
            ("How long does an on-call shift last in team {name}?", "How long is an on-call shift of team {name}?"),
        ),
    ),
    (
        "Write to us in our channel rather than to one of us.",
        "Our doors are open on most afternoons.",
        "Whoever wants to look over our shoulders for a day is welcome.",
        "We write down what we decide.",
        "New colleagues get a buddy for their first weeks.",
    ),
)

TOOLS: Final = Kind(
    "tools",
    (
        "Abacus",
        "Bobbin",
        "Caliper",
        "Dossier",
        "Easel",
        "Ferry",
        "Gimlet",
        "Hopper",
        "Inkwell",
        "Jigsaw",
        "Kiln",
        "Ledgerly",
        "Mosaic",
        "Notary",
        "Orrery",
        "Pantry",
        "Quill",
        "Rudder",
        "Sextant",
        "Trellis",
        "Usher",
        "Vellum",
        "Windlass",
        "Yardstick",
        "Zither",
        "Anvil",
        "Bellows",
        "Compass",
        "Dovecote",
        "Embers",
        "Flint",
        "Gavel",
        "Hourglass",
        "Icebox",
        "Keystone",
        "Loom",
    ),
    "{name}",
    ("{name} is one of the programs that we use every day.", "What {name} is for, and how to get it."),
    (
        Fact(
            "owner",
            person,
            ("The owner of {name} is {value}.", "Questions about {name} go to {value}, who owns it."),
            ("Who owns {name}?", "Who is the owner of {name}?"),
        ),
        Fact(
            "price",
            euros(3, 48, 1),
            ("A licence costs {value} a month.", "For each person {name} costs {value} a month."),
            ("How much does a licence of {name} cost a month?", "What does {name} cost per month?"),
        ),
        Fact(
            "kept",
            whole(30, 720, 30, "{} days"),
            ("Data is deleted after {value}.", "{name} keeps its data for {value}."),
            ("After how many days is data in {name} deleted?", "How long does {name} keep its data?"),
        ),
        Fact(
            "form",
            code("IT"),
            ("To get access, fill in form {value}.", "Access to {name} is requested with form {value}."),
            ("Which form do I need for access to {name}?", "With which form is access to {name} requested?"),
        ),
        Fact(
            "use",
            one_of(
                "drawing floor plans",
                "counting stock",
                "signing contracts",
                "planning shifts",
                "writing minutes",
                "tracking parcels",
                "sharing photos",
                "booking rooms",
                "testing pages",
            ),
            ("It is made for {value}.", "At Larkhill {name} is used for {value}."),
            ("What is {name} used for?", "For what do we use {name}?"),
        ),
        Fact(
            "since",
            whole(2008, 2025),
            ("We have had it since {value}.", "Larkhill introduced {name} in {value}."),
            ("Since when has Larkhill used {name}?", "In what year was {name} introduced?"),
        ),
        Fact(
            "backup",
            clock(0, 5),
            ("A backup is made every night at {value}.", "Every night at {value} a backup of {name} is made."),
            ("At what time is the backup of {name} made?", "When is {name} backed up?"),
        ),
    ),
    (
        "Please do not share your login.",
        "It runs in the browser, so there is nothing to install.",
        "Report what does not work to the IT desk.",
        "A short film shows the first steps.",
        "Exports may be kept on the team drive only.",
    ),
)
