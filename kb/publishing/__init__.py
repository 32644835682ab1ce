"""From files to pages: what writers push becomes what readers see, all of it or nothing."""
