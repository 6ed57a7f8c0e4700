SELECT name FROM node WHERE schema < $1 ORDER BY name
