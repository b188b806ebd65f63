"""What MediaCrawler writes: contents and comments of seven platforms."""
