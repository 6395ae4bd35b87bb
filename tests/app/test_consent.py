from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vouch.app.consent import _COURTESY, _SIGNS, _WORD, _YES, is_yes

YES = """
yes
Yes.
YES!!
Yes, please!
yes please, go ahead
Yep, do it
yeah sure
ok
Okay, thank you.
OK thanks
I confirm
I confirm that.
Confirmed.
That is correct.
That's right
Yes, that’s right, thank you very much.
Correct.
correct, thanks
Please proceed.
Absolutely
go ahead
Please do it
please do
of course
Sounds good
sounds good to me, go ahead
that's fine
I would like that, yes
yes I am sure
yes, exactly that
"yes"
(yes)
*yes*
👍 yes
Ja, bitte
Ja, genau.
Oui, merci
Sí, por favor
si gracias
Sim
da
tak
si\N{COMBINING ACUTE ACCENT}, gracias
"""

NO = """
no
No, thanks
nope
never mind
not now
yes but for order 2
yes but only one of them
yes, and cancel the other one too
Yes, but not to the gift card
yes if it is free
yes unless it costs something
yes to the first
sure?
yes?
Is that right?
is that right
is it ok
yes？
نعم؟ yes ؟
yes; only two
yes 2
yes, 20.00
yes ½
yes ②
yes 50%
yes $
yes twenty
maybe
perhaps yes
I think so
I guess so
why
wait
hold on, yes
let me think
please don't
please do not
do not do it
don't do it
yes no
no yes
yes and no
yes, no, wait
yesterday
yessir
okay then cancel it
I'm okay, thanks
I'm OK
I am all right, thank you
I'm fine, thanks
Im good
please correct that
Correct it, please
Right the order please
would you confirm that
would you confirm that please
I want you to confirm that
you confirm
can you do it
yes all of it
all of it, yes
yes all the
yes 👎
yes ❌
yes 🚫
yes/no
yes <no>
yes=no
thanks
thank you
please
that is
I would like that
good
great
👍
nein
Nein, danke
ja, aber nur eine
ja aber
nicht gerne
non merci
oui mais
no gracias
sí pero no
nie
nej tak
да нет
はい、いいえ
"""


@pytest.mark.parametrize("words", YES.strip().splitlines())
def test_a_plain_yes_is_a_yes(words: str) -> None:
    assert is_yes(words)


@pytest.mark.parametrize("words", [*NO.strip().splitlines(), "", " ", "?", "\n"])
def test_anything_else_is_a_no(words: str) -> None:
    assert not is_yes(words)


@given(st.sampled_from(YES.strip().splitlines()), st.text(st.characters(categories=["L"]), min_size=1), st.booleans())
def test_no_word_that_is_not_known_can_stand_in_a_yes(yes: str, word: str, first: bool) -> None:
    assume(not _WORD.findall(word.lower()) or set(_WORD.findall(word.lower())) - _YES - _COURTESY)
    assert not is_yes(f"{word} {yes}" if first else f"{yes} {word}")


@given(st.sampled_from(YES.strip().splitlines()), st.characters(categories=["N", "S", "Po"]))
def test_no_number_and_no_unknown_sign_can_stand_in_a_yes(yes: str, sign: str) -> None:
    assume(sign not in _SIGNS)
    assert not is_yes(f"{yes} {sign}")
