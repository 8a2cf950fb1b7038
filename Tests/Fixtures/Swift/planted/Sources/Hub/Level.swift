public enum Level { case low, high }
