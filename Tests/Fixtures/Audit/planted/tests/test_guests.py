from lantern.store.guests import Guest, remember


def test_a_guest_is_remembered():
    remember(Guest("ada", 1))
