from enum import Enum


class RoomKind(Enum):
    OPEN = "open"
    INVITED = "invited"
    ARCHIVED = "archived"
