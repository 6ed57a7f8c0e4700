SELECT name FROM node ORDER BY name
