from tests.pages import page


class TestExport:
    def __init__(self):
        self.rooms = []

    def test_empty(self):
        assert page(self.rooms) == ""
